-- a person takes it on: once, and only while there is something to take on; without an action of its own in the log it
-- still is an edit that others have to see
with taken as (
    update incident set
        state = case state when 'open' then 'acknowledged' else state end,
        acknowledged_at = :now,
        acknowledged_by = :who,
        edit_version = edit_version + case when cast(:action_id as bigint) is null then 1 else 0 end
    where incident_id = :incident_id and state in ('open', 'mitigated') and acknowledged_at is null
    returning incident_id
)

insert into timeline (at, event, actor, incident_id, detail, action_id)
select
    :now, 'acknowledged', :who, incident_id, jsonb_strip_nulls(jsonb_build_object('note', cast(:note as text))),
    :action_id
from taken
returning incident_id
