-- one question as it stands, locked: whoever answers it meanwhile waits
select
    a.approval_id, a.effect_id, a.incident_id, a.step, a.amount_minor, a.currency, a.payload_sha, a.roles,
    a.requested_by, a.outcome, e.state, e.order_id,
    array(select w.login from approval_answer as w where w.approval_id = a.approval_id order by w.at) as answered_by
from approval as a
inner join effect as e on a.effect_id = e.effect_id
where a.approval_id = :approval_id
for update of a
