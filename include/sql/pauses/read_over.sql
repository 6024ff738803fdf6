-- pauses whose time is up and that nobody has ended, where something still waits; and whose it is
select
    p.pause_id, p.scope, p.subject, p.taken_by, p.reason, p.since, p.until, p.reminded_at,
    coalesce(i.owners, '{}') as owners,
    coalesce(i.incident_ids, '{}') as incident_ids,
    coalesce(i.level, 2) as level
from pause as p
left join lateral (
    select
        array_agg(distinct k.owner_role) as owners,
        array_agg(distinct k.incident_id) as incident_ids,
        max(k.level) as level
    from incident as k
    where
        k.state in ('triage', 'open', 'acknowledged', 'mitigated')
        and (
            p.scope = 'incident' and k.incident_id::text = p.subject
            or p.scope = 'order' and exists (
                select 1 from incident_member as m
                inner join anomaly as a on m.anomaly_id = a.anomaly_id
                where m.incident_id = k.incident_id and a.order_id = p.subject and a.closed_at is null
            )
        )
) as i on true
where
    p.ended_at is null and p.until <= :now
    and (p.reminded_at is null or p.reminded_at <= :reminded_before)
    and (p.scope in ('everything', 'playbook') or i.incident_ids is not null)
order by p.pause_id
