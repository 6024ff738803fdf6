-- what only a person can find out, the gravest first
select
    e.effect_id, e.sink, e.recipient, e.incident_id, e.order_id, e.step, e.family, e.amount_minor, e.currency,
    e.last_error, e.first_sent_at + c.ahead as sent_at
from effect as e
cross join clock as c
where e.state = 'needs_human'
order by e.level desc, e.effect_id
