-- may have arrived and cannot be repeated safely: a person looks
update effect as e set state = 'needs_human'
from sink as s
where
    s.sink = e.sink and e.state = 'unknown'
    and (s.class = 'blind' or e.first_sent_at <= clock_timestamp() - s.key_retention)
returning e.effect_id
