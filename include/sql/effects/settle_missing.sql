-- the sink was asked and does not have it: it may still be on its way; after its time a person looks
update effect as e set
    state = case when e.first_sent_at <= clock_timestamp() - s.key_retention then 'needs_human' else 'unknown' end,
    next_attempt_at = :again,
    last_error = :error
from sink as s
where s.sink = e.sink and e.effect_id = :effect_id and e.fence = :fence and e.state = 'unknown'
returning e.effect_id
