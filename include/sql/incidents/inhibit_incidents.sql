-- incidents that the larger one explains stay as they are and fall silent under it
with silenced as (
    update incident set inhibited_by = :incident_id
    where
        dedup_key = any(:dedup_keys) and incident_id <> :incident_id and inhibited_by is null
        and state not in ('closed', 'dismissed', 'merged')
        and reported is null  -- what a person has found is explained by nothing else
    returning incident_id
)

insert into timeline (at, event, actor, incident_id, detail, scan_id)
select
    :now, 'inhibited', 'scan', incident_id, jsonb_build_object('by', cast(:incident_id as bigint)), :scan_id
from silenced
returning incident_id
