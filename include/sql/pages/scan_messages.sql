-- messages that this scan planned
select family, sink, recipient, state, delivered_at, last_error
from effect
where scan_id = :scan_id
order by level desc, effect_id
limit 500
