-- a person has asked: it arrived, or it did not; who says so and why is kept in the effect's history
update effect set
    state = :state,
    delivered_at = case when :state = 'delivered' then cast(:now as timestamptz) end,
    last_error = :said
where effect_id = :effect_id and state = 'needs_human'
returning effect_id
