-- orders that have lately joined a storm that is not over
select count(distinct a.order_id) as storm_orders
from incident as i
inner join incident_member as m on i.incident_id = m.incident_id
inner join anomaly as a on m.anomaly_id = a.anomaly_id
where i.kind = 'mass_delay' and i.state in ('open', 'acknowledged', 'mitigated') and a.detected_at > :since
