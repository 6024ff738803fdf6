-- everything that a step has ever intended for this incident, the latest attempt last
select
    effect_id, effect_key, sink, state, slot, order_id, attempt_group, amount_minor, currency, payload_sha,
    business_key, next_attempt_at, last_error, ref
from effect
where incident_id = :incident_id and step = :step
order by effect_id
