insert into effect_incident (effect_id, incident_id)
select :effect_id, unnest(cast(:incident_ids as bigint[]))
