-- the run that answers an incident now, or did last, with the very file that it follows
select r.attempt, r.playbook, r.run_id, r.started_at, r.finished_at, v.raw
from response as r
inner join playbook_version as v on r.sha = v.sha
where r.incident_id = :incident_id
order by r.attempt desc
limit 1
