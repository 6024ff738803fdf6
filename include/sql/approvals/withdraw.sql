update approval set outcome = 'withdrawn', closed_at = :now
where effect_id = :effect_id and outcome is null
