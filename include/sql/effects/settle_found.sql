-- the sink was asked and has it
update effect set state = 'delivered', delivered_at = :now, last_error = null, ref = coalesce(:ref, ref)
where effect_id = :effect_id and fence = :fence and state = 'unknown'
returning effect_id
