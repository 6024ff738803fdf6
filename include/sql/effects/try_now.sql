-- a step that is run again tries at once what waits for a person to mend something; a short wait is kept
update effect set next_attempt_at = :now
where
    effect_key = any(:keys) and state = 'planned' and last_error is not null
    and next_attempt_at > cast(:now as timestamptz) + interval '2 minutes'
