-- incidents that the larger one explains become its children: they keep their history, their orders are now its own
with child as (
    update incident set
        state = 'merged', parent_id = :incident_id, closed_at = :now
    where
        dedup_key = any(:dedup_keys) and incident_id <> :incident_id
        and state not in ('closed', 'dismissed', 'merged')
        and reported is null  -- what a person has found is explained by nothing else
    returning incident_id
),

inherited as (
    insert into incident_member (incident_id, anomaly_id, joined_at)
    select :incident_id, m.anomaly_id, :now
    from child as c
    inner join incident_member as m on c.incident_id = m.incident_id
    on conflict do nothing
)

insert into timeline (at, event, actor, incident_id, detail, scan_id)
select :now, 'merged', 'scan', incident_id, jsonb_build_object('into', cast(:incident_id as bigint)), :scan_id
from child
returning incident_id
