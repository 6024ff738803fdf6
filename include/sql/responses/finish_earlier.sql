-- a new answer to an incident ends the one before
update response set finished_at = :now
where incident_id = :incident_id and finished_at is null
