-- the questions of a gate, the latest per act, with the answers given
select distinct on (e.slot)
    a.approval_id, a.effect_id, a.amount_minor, a.currency, a.payload_sha, a.roles, a.approvers, a.requested_by,
    a.asked_at, a.level, a.outcome, a.closed_at, e.slot, e.last_error, e.order_id,
    coalesce((
        select jsonb_agg(jsonb_build_object('login', w.login, 'role', w.role, 'decision', w.decision) order by w.at)
        from approval_answer as w
        where w.approval_id = a.approval_id
    ), '[]') as answers
from approval as a
inner join effect as e on a.effect_id = e.effect_id
where a.incident_id = :incident_id and a.step = :step
order by e.slot, a.approval_id desc
