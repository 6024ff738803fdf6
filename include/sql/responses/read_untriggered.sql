-- answers that were decided on and that Airflow may not have begun
select r.incident_id, r.playbook, r.sha, r.run_id, i.level, i.dedup_key, i.kind
from response as r
inner join incident as i on r.incident_id = i.incident_id
where r.triggered_at is null and r.finished_at is null
order by i.level desc, r.incident_id
limit :most
