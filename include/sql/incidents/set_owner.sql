update incident set owner_role = :owner_role
where incident_id = :incident_id
