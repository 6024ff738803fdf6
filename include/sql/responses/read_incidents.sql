-- grain: one row per incident, with what its late orders are now, and the run that answers it
select
    i.incident_id, i.level, i.kind, i.state, i.dedup_key, i.owner_role, i.opened_at, i.reasons, i.inhibited_by,
    i.parent_id, i.reported, i.note,
    coalesce(m.orders, 0) as orders,
    coalesce(m.nodes, '{}') as nodes,
    coalesce(p.playbooks, '{}') as playbooks,
    r.attempt, r.playbook, r.sha, r.started_at
from incident as i
left join lateral (
    select count(distinct a.order_id) as orders, array_agg(distinct a.node) as nodes
    from incident_member as x
    inner join anomaly as a on x.anomaly_id = a.anomaly_id
    where x.incident_id = i.incident_id and a.closed_at is null
) as m on true
left join lateral (
    select array_agg(distinct playbook) as playbooks from response
    where incident_id = i.incident_id
) as p on true
left join lateral (
    select attempt, playbook, sha, started_at from response
    where incident_id = i.incident_id
    order by attempt desc
    limit 1
) as r on true
where i.incident_id = any(:incident_ids)
