-- a question about an effect that waits; the same question is asked once
insert into approval (
    effect_id, incident_id, step, amount_minor, currency, payload_sha, roles, approvers, requested_by, asked_at
)
select
    e.effect_id, e.incident_id, :step, e.amount_minor,
    coalesce(e.currency, (select min(currency) from money_policy)),  -- what costs nothing is asked about as well
    e.payload_sha, cast(:roles as jsonb), :approvers,
    :requested_by, :now
from effect as e
where e.effect_id = :effect_id and e.state = 'held'
on conflict (effect_id) where outcome is null do nothing
returning approval_id
