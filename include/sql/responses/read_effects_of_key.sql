-- who has done this for the order already
select effect_id, incident_id, step, state, ref, amount_minor from effect
where business_key = :business_key and state not in ('cancelled', 'expired', 'failed')
