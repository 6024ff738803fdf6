-- grain: one act about an incident, the youngest first, at most 200, with what has taken it back or is about to
select
    e.effect_id, e.step, e.sink, e.order_id, e.state, e.ref, e.amount_minor, e.currency, e.last_error, e.payload,
    e.planned_at, e.delivered_at, e.undoes,
    (
        select u.effect_id from effect as u
        where u.undoes = e.effect_id and u.state not in ('cancelled', 'expired', 'failed')
    ) as undone_by
from effect as e
where e.incident_id = :incident_id
order by e.effect_id desc
limit 200
