-- grain: one row per incident to be told about, with its orders and the words of its first order
select
    i.incident_id, i.dedup_key, i.kind, i.level, i.owner_role, i.acknowledge_by, i.reasons,
    -- how often it has begun before: woken after it was over, or risen from triage
    i.reopened + (i.triage_until is not null and i.kind <> 'triage')::integer as comeback,
    coalesce(m.orders, '{}') as orders,
    coalesce(m.nodes, '{}') as nodes,
    m.explanation
from incident as i
left join lateral (
    select
        array_agg(distinct a.order_id) as orders,
        array_agg(distinct a.node) as nodes,
        (array_agg(a.explanation order by a.alert_at))[1] as explanation
    from incident_member as x
    inner join anomaly as a on x.anomaly_id = a.anomaly_id
    where x.incident_id = i.incident_id
) as m on true
where i.incident_id = any(:incident_ids)
order by i.incident_id
