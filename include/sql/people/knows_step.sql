-- whether a response to the incident has done anything in this step
select exists(
    select 1 from effect
    where incident_id = :incident_id and step = :step
) as known
