-- an incident that a silence has come over says so in its timeline, once for each silence
with found as (
    select i.incident_id, min(s.silence_id) as silence_id
    from silence as s
    inner join incident as i on is_about(s, i)
    where
        s.starts <= :now and least(s.ends, s.ended_at) > :now
        and i.state not in ('resolved', 'closed', 'dismissed', 'merged')
    group by i.incident_id
),

silent as (
    update incident as i set silenced_by = f.silence_id
    from found as f
    where i.incident_id = f.incident_id and i.silenced_by is distinct from f.silence_id
    returning i.incident_id, i.silenced_by
)

insert into timeline (at, event, actor, incident_id, detail, scan_id, policy_version)
select
    :now, 'silenced', 'scan', t.incident_id,
    jsonb_build_object('silence', s.silence_id, 'by', s.owner, 'until', s.ends, 'reason', s.reason),
    :scan_id, :policy_version
from silent as t
inner join silence as s on t.silenced_by = s.silence_id
returning incident_id
