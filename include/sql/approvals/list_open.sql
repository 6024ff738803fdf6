-- grain: one open question about an act that waits, one page, those that have waited longest first
select
    a.approval_id, a.incident_id, a.step, a.amount_minor, a.currency, a.roles, a.approvers, a.requested_by, a.asked_at,
    a.level, e.step as act_step, e.sink, e.recipient, e.payload, e.side_effect, e.order_id,
    i.level as incident_level, i.kind, i.dedup_key, i.reported, i.state as incident_state, o.value_minor,
    o.currency as order_currency, x.explanation, r.playbook, r.sha, r.run_id, p.taken_by,
    array(select w.login from approval_answer as w where w.approval_id = a.approval_id order by w.at) as said_yes,
    count(*) over () as total
from approval as a
inner join effect as e on a.effect_id = e.effect_id and e.state = 'held'
inner join incident as i on a.incident_id = i.incident_id
left join orders as o on e.order_id = o.order_id
left join pause as p on p.pause_id = pause_of(a.incident_id, e.order_id)
left join lateral (
    select n.explanation
    from incident_member as m
    inner join anomaly as n on m.anomaly_id = n.anomaly_id
    where m.incident_id = a.incident_id and (e.order_id is null or n.order_id = e.order_id)
    order by n.closed_at is null desc, n.anomaly_id desc
    limit 1
) as x on true
left join lateral (
    select playbook, sha, run_id from response
    where incident_id = a.incident_id
    order by attempt desc
    limit 1
) as r on true
where
    a.outcome is null
    and (not :mine or a.roles ?| cast(:roles as text[]) and a.requested_by <> :login)
order by a.asked_at, a.approval_id
limit :size offset :skip
