-- may have arrived and cannot be repeated safely, or is not wanted any more: a person looks. What a sink can be asked
-- about is asked first
update effect as e set state = 'needs_human'
from sink as s
where
    s.sink = e.sink and e.state = 'unknown' and s.class <> 'queryable'
    and (
        s.class = 'blind'
        or e.first_sent_at <= clock_timestamp() - s.key_retention
        or e.side_effect <> 'internal' and not is_still_late(e.incident_id, e.order_id)
    )
    and (cast(:keys as text[]) is null or e.effect_key = any(cast(:keys as text[])))
returning e.effect_id
