-- everything that was done about an order, or is to be done
select
    e.effect_id, e.family, e.incident_id, e.step, e.sink, e.state, e.ref, e.amount_minor, e.currency, e.planned_at,
    e.delivered_at
from effect as e
where e.order_id = :order_id
order by e.effect_id
limit 500
