update approval set level = :level
where incident_id = :incident_id and step = :step and outcome is null
