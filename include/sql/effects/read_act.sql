-- one effect, and how often somebody has tried to take it back
select
    e.effect_id, e.effect_key, e.incident_id, e.step, e.slot, e.sink, e.order_id, e.state, e.ref, e.amount_minor,
    e.currency, e.payload, e.level,
    (select count(*) from effect as u where u.undoes = e.effect_id) as tried,
    (
        select u.effect_id from effect as u
        where u.undoes = e.effect_id and u.state not in ('cancelled', 'expired', 'failed')
    ) as undone_by
from effect as e
where e.effect_id = :effect_id
for update
