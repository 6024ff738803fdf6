-- when the owner was last asked as if it were new, and how often and when reminded since
alter table incident
add column asked_at timestamptz,
add column reminded_at timestamptz,
add column reminders integer not null default 0;
update incident set asked_at = told_at;

-- those who were told of a child hear of its parent's end
create index incident_parent on incident (parent_id) where parent_id is not null;

-- an incident of a hundred thousand orders has as many lines of orders that joined, and few others
create index timeline_of_incident on timeline (incident_id, timeline_id) where event <> 'anomaly_joined';
