-- who was told of an incident, how, and whether it arrived
select e.effect_id, e.family, e.sink, e.recipient, e.state, e.planned_at, e.delivered_at, e.last_error
from effect_incident as x
inner join effect as e on x.effect_id = e.effect_id
where x.incident_id = :incident_id and e.incident_id is null
order by e.effect_id
limit 500
