-- every member order has left its node, and had already left it at an earlier scan
with healed as (
    update incident as i set state = 'resolved', resolved_at = :now
    where
        i.state in ('triage', 'open', 'acknowledged', 'mitigated')
        and i.kind <> 'source'
        and exists (select 1 from incident_member as m where m.incident_id = i.incident_id)
        and not exists (
            select 1
            from incident_member as m
            inner join anomaly as a on m.anomaly_id = a.anomaly_id
            where
                m.incident_id = i.incident_id
                and (a.closed_at is null or a.closed_at >= :now)
        )
    returning i.incident_id
)

insert into timeline (at, event, actor, incident_id, scan_id, policy_version)
select :now, 'resolved', 'scan', incident_id, :scan_id, :policy_version from healed
returning incident_id
