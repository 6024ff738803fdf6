-- grain: one act that has not begun and is in the scope of this pause, the longest waiting first
select
    e.effect_id, e.incident_id, e.step, e.order_id, e.sink, e.state, e.amount_minor, e.currency, e.planned_at,
    e.valid_until
from pause as p
cross join effect as e
where
    p.pause_id = :pause_id and p.ended_at is null
    and e.state in ('planned', 'unknown') and e.incident_id is not null
    and (
        p.scope = 'everything'
        or p.scope = 'incident' and cast(e.incident_id as text) = p.subject
        or p.scope = 'order' and e.order_id = p.subject
        or p.scope = 'playbook' and p.subject = (
            select r.playbook from response as r
            where r.incident_id = e.incident_id
            order by r.attempt desc
            limit 1
        )
    )
order by e.planned_at, e.effect_id
limit 200
