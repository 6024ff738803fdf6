update effect set state = 'cancelled', hold_reason = null, last_error = :reason
where effect_id = any(:effect_ids) and state = 'held'
returning effect_id
