update incident set silenced_by = silence_of(incident_id, business_now())
where incident_id = :incident_id
