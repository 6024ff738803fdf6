-- whoever hears of these only now has the full time to acknowledge them
update incident set acknowledge_by = :acknowledge_by
where incident_id = any(:incident_ids) and level = :level and state = 'open'
