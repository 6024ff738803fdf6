-- everything that was done or is to be done about one incident, as it began
select
    e.effect_id, e.step, e.sink, e.recipient, e.order_id, e.state, e.ref, e.amount_minor, e.currency, e.last_error,
    e.payload, e.undoes, e.delivered_at
from effect as e
where e.incident_id = :incident_id
order by e.effect_id
