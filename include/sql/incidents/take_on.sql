-- whoever takes over has taken it on
update incident set
    state = case state when 'open' then 'acknowledged' else state end, acknowledged_at = :now, acknowledged_by = :who
where incident_id = :incident_id and state in ('open', 'mitigated') and acknowledged_at is null
