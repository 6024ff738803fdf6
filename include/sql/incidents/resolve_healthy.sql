-- every member order has left its node, and had already left it at an earlier scan
with healed as (
    update incident as i set state = 'resolved', resolved_at = :now
    where
        i.state in ('triage', 'open', 'acknowledged', 'mitigated')
        and i.kind <> 'source'
        -- a parcel that was stopped and packed anew has left the step and still waits for its release
        and not (i.reported is not null and exists (
            select 1 from response as r
            where
                r.incident_id = i.incident_id and r.finished_at is null
                and r.started_at > cast(:now as timestamptz) - interval '3 days'
        ))
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
