-- somebody has been reminded so many times now
update incident_review set reminders = :step
where incident_id = :incident_id
