-- the gravest live incident that the order is in
select coalesce(max(i.level), 0) as level
from anomaly as a
inner join incident_member as m on a.anomaly_id = m.anomaly_id
inner join incident as i on m.incident_id = i.incident_id
where a.order_id = :order_id and i.state not in ('closed', 'dismissed', 'merged')
