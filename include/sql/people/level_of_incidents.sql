select coalesce(max(level), 0) as level from incident
where incident_id = any(:incident_ids)
