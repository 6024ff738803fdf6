-- grain: one row per incident to be told about: the orders that are still late in it (of one that is over, all), those
-- that its owner has not been told of, and the words of the first
select
    i.incident_id, i.dedup_key, i.kind, i.level, i.owner_role, i.acknowledge_by, i.reasons, i.state, i.told_at,
    i.opened_at, i.asked_at, i.reminded_at, i.acknowledged_by,
    i.reported, i.reported_by, i.reported_at, i.note,
    -- the last time that it was let speak after a silence or a larger incident, or got another level by hand
    (
        select max(t.timeline_id) from timeline as t
        where
            t.incident_id = i.incident_id
            and t.event in ('silence_ended', 'inhibition_ended', 'raised_by_hand', 'lowered_by_hand')
    ) as let_speak,
    -- how often it has begun before: woken after it was over, or risen from triage
    i.reopened + (i.triage_until is not null and i.kind <> 'triage')::integer as comeback,
    coalesce(m.orders, '{}') as orders,
    coalesce(m.untold, '{}') as untold,
    coalesce(m.nodes, '{}') as nodes,
    m.explanation
from incident as i
left join lateral (
    select
        array_agg(distinct a.order_id) as orders,
        array_agg(distinct a.order_id) filter (where x.joined_at > i.told_at) as untold,
        array_agg(distinct a.node) as nodes,
        (array_agg(a.explanation order by a.alert_at))[1] as explanation
    from incident_member as x
    inner join anomaly as a on x.anomaly_id = a.anomaly_id
    where x.incident_id = i.incident_id and (a.closed_at is null or i.state = 'resolved')
) as m on true
where i.incident_id = any(:incident_ids)
order by i.incident_id
