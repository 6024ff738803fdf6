-- the larger incident that silenced these is over, and they are not: they speak for themselves again
with freed as (
    update incident as i set inhibited_by = null
    from incident as p
    where
        i.inhibited_by = p.incident_id
        and p.state in ('resolved', 'closed', 'dismissed')
        and i.state in ('triage', 'open', 'acknowledged', 'mitigated')
    returning i.incident_id, p.incident_id as freed_from
)

insert into timeline (at, event, actor, incident_id, detail, scan_id, policy_version)
select
    :now, 'inhibition_ended', 'scan', incident_id, jsonb_build_object('by', freed_from), :scan_id, :policy_version
from freed
returning incident_id
