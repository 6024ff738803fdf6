-- one run per incident at a time; the number of the attempt is part of the run's name
insert into response (incident_id, attempt, playbook, sha, run_id, started_at)
select
    :incident_id, n.attempt, :playbook, :sha,
    'inc-' || lpad(cast(:incident_id as text), 6, '0') || '-r' || n.attempt,
    :now
from (
    select coalesce(max(attempt), 0) + 1 as attempt from response
    where incident_id = :incident_id
) as n
on conflict do nothing
returning run_id
