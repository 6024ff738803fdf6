select effect_id, incident_id, order_id, state, level, amount_minor, currency from effect
where effect_id = :effect_id
