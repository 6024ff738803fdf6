-- everything that the steps of this incident's playbook have intended, the latest attempt of an act last
select effect_id, step, slot, state, order_id, amount_minor, currency, next_attempt_at, last_error, ref
from effect
where incident_id = :incident_id
order by effect_id
