-- no silence is left over these; those that are still open, and nobody has taken on, are told now
with freed as (
    update incident as i set silenced_by = null
    from incident as b
    where
        i.incident_id = b.incident_id and b.silenced_by is not null
        and i.state not in ('closed', 'dismissed', 'merged')
        and not is_silenced(i.incident_id, :now)
    returning i.incident_id, b.silenced_by, i.state in ('triage', 'open') and i.inhibited_by is null as speaks
),

line as (
    insert into timeline (at, event, actor, incident_id, detail, scan_id, policy_version)
    select
        :now, 'silence_ended', 'scan', incident_id, jsonb_build_object('silence', silenced_by), :scan_id,
        :policy_version
    from freed
)

select incident_id from freed
where speaks
order by incident_id
