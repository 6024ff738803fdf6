-- one effect at a time, the gravest first; a repeat only where the sink recognises it
update effect as e set
    state = 'sending',
    fence = e.fence + 1,
    attempts = e.attempts + 1,
    lease_until = clock_timestamp() + s.lease,
    first_sent_at = coalesce(e.first_sent_at, clock_timestamp())
from sink as s
where
    s.sink = e.sink
    and e.effect_id = (
        select w.effect_id
        from effect as w
        inner join sink as k on w.sink = k.sink
        where
            w.next_attempt_at <= :now
            and (
                w.state = 'planned' and w.valid_until > :now
                or w.state = 'unknown' and k.class = 'idempotent'
                and w.first_sent_at > clock_timestamp() - k.key_retention
            )
        order by w.level desc, w.effect_id
        limit 1
        for update of w skip locked
    )
returning e.effect_id, e.effect_key, e.sink, e.recipient, e.payload, e.fence
