update incident set reminded_at = :now, reminders = reminders + 1
where incident_id = any(:incident_ids)
