-- from here on its owner is asked anew: escalation and reminders begin again
update incident set asked_at = :now, reminded_at = null, reminders = 0
where incident_id = any(:incident_ids)
