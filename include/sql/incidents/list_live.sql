-- grain: one row per live incident, or the one asked for whatever its state: how it stands and who has a hand in it
select
    i.incident_id, i.level, i.kind, i.dedup_key, i.state, i.owner_role, i.opened_at, i.acknowledge_by,
    i.acknowledged_by, i.acknowledged_at, i.inhibited_by, i.parent_id, i.reasons,
    i.reported,
    silence_of(i.incident_id, :now) as silence_id,
    coalesce(m.orders, 0) as orders,
    r.run_id, p.taken_by as paused_by, p.until as paused_until
from incident as i
left join lateral (
    select count(distinct a.order_id) as orders
    from incident_member as x
    inner join anomaly as a on x.anomaly_id = a.anomaly_id and a.closed_at is null
    where x.incident_id = i.incident_id
) as m on true
left join lateral (
    select run_id from response
    where incident_id = i.incident_id
    order by attempt desc
    limit 1
) as r on true
left join pause as p on p.pause_id = pause_of(i.incident_id)
where
    i.incident_id = :incident_id
    or cast(:incident_id as bigint) is null and i.state not in ('closed', 'dismissed', 'merged')
order by i.level desc, i.incident_id
