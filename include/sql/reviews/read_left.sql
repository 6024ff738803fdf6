-- one row: an incident as people have left it
select incident_id, level, edit_version from incident
where incident_id = :incident_id
