-- the guard lets it go only with a valid decision about this very effect
update effect set state = 'planned', hold_reason = null, next_attempt_at = :now
where effect_id = :effect_id and state = 'held'
returning effect_id
