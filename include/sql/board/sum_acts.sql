-- grain: one step of an incident's response in one state: how many acts, how much money, and what the last one left
select
    e.step, e.state, e.currency, count(*) as acts, cast(sum(e.amount_minor) as bigint) as amount_minor,
    max(e.delivered_at) as delivered_at, max(e.ref) as ref, max(e.last_error) as last_error,
    min(e.effect_id) as first_id
from effect as e
where e.incident_id = :incident_id and e.undoes is null
group by e.step, e.state, e.currency
order by first_id
