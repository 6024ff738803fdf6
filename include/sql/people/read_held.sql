-- what of an incident waits for a person's word, and the question about it
select
    a.approval_id, a.effect_id, a.step, a.amount_minor, a.currency, a.payload_sha, a.roles, a.requested_by,
    a.asked_at, e.side_effect, e.order_id
from approval as a
inner join effect as e on a.effect_id = e.effect_id
where a.incident_id = :incident_id and a.outcome is null and e.state = 'held'
order by a.approval_id
