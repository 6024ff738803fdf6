-- what the owner of this incident has been told, or is about to be
select e.effect_key, e.state, e.recipient, e.sink, e.delivered_at, e.last_error
from effect_incident as x
inner join effect as e on x.effect_id = e.effect_id
where x.incident_id = :incident_id and e.family in ('opened', 'digest', 'grown')
order by e.effect_id
