update incident set state = 'mitigated', mitigated_at = :now
where incident_id = :incident_id and state in ('open', 'acknowledged')
returning incident_id
