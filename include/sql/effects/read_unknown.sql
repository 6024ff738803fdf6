-- what may have arrived at sinks that can be asked
select e.effect_id, e.effect_key, e.sink, e.recipient, e.payload, e.fence
from effect as e
inner join sink as s on e.sink = s.sink
where
    e.state = 'unknown' and s.class = 'queryable' and e.sink = any(cast(:sinks as text[])) and e.next_attempt_at <= :now
    and (cast(:keys as text[]) is null or e.effect_key = any(cast(:keys as text[])))
order by e.level desc, e.effect_id
limit 200
