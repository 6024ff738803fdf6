-- only the holder of the lease may say how it ended
update effect set
    state = :state,
    lease_until = null,
    delivered_at = case when :state = 'delivered' then cast(:now as timestamptz) end,
    next_attempt_at = coalesce(:next_attempt_at, next_attempt_at),
    last_error = :error
where effect_id = :effect_id and fence = :fence and state = 'sending'
