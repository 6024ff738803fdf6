-- resolved long enough without waking again; the review is due within 72 hours
with done as (
    update incident set
        state = 'closed', closed_at = :now, review_due_at = cast(:now as timestamptz) + interval '72 hours'
    where state = 'resolved' and level = :level and resolved_at <= :resolved_before
    returning incident_id
)

insert into timeline (at, event, actor, incident_id, scan_id, policy_version)
select :now, 'closed', 'scan', incident_id, :scan_id, :policy_version from done
returning incident_id
