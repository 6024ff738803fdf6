-- grain: one act of an incident's response that did not arrive, or of which nobody knows
select
    e.order_id, coalesce(e.step, e.family) as step, e.sink, e.state, coalesce(e.first_sent_at, e.planned_at) as at,
    e.last_error as why, count(*) over () as total
from effect as e
where
    e.state in ('failed', 'expired', 'unknown', 'needs_human')
    and (
        e.incident_id = :incident_id
        or e.effect_id in (select x.effect_id from effect_incident as x where x.incident_id = :incident_id)
    )
order by at, e.effect_id
limit :size offset :skip
