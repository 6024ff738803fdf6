-- grain: the incident that this run answers
select incident_id from response
where run_id = :run_id
