-- acts of an incident of which only a person can say whether they arrived
select e.effect_id, e.step, e.sink, e.order_id, e.amount_minor, e.currency, e.first_sent_at, e.last_error, e.effect_key
from effect as e
where e.incident_id = :incident_id and e.state = 'needs_human'
order by e.effect_id
limit 20
