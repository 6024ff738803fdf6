-- those of the given incidents that a person keeps from being told now
select incident_id from incident
where incident_id = any(:incident_ids) and is_silenced(incident_id, :now)
