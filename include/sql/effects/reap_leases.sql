-- whoever was sending is gone: nobody knows whether it arrived
update effect set
    state = 'unknown',
    lease_until = null,
    last_error = 'the sender disappeared before it could say how it ended'
where state = 'sending' and lease_until < clock_timestamp()
returning effect_id
