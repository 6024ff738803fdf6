-- the source answers again
with back as (
    update incident set state = 'resolved', resolved_at = :now
    where dedup_key = :dedup_key and state in ('open', 'acknowledged', 'mitigated')
    returning incident_id
)

insert into timeline (at, event, actor, incident_id, scan_id, policy_version)
select :now, 'resolved', 'scan', incident_id, :scan_id, :policy_version from back
returning incident_id
