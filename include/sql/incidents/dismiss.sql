update incident set state = 'dismissed', dismissed_as = :dismissed_as, closed_at = :now
where incident_id = :incident_id and state not in ('closed', 'dismissed', 'merged')
returning incident_id
