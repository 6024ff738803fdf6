-- a person takes it on: once, and only while there is something to take on
with taken as (
    update incident set
        state = case state when 'open' then 'acknowledged' else state end,
        acknowledged_at = :now,
        acknowledged_by = :who
    where incident_id = :incident_id and state in ('open', 'mitigated') and acknowledged_at is null
    returning incident_id
)

insert into timeline (at, event, actor, incident_id, detail)
select :now, 'acknowledged', :who, incident_id, jsonb_strip_nulls(jsonb_build_object('note', cast(:note as text)))
from taken
returning incident_id
