-- the incidents that an order is or was in
select distinct i.incident_id, i.kind, i.level, i.state, i.opened_at
from anomaly as a
inner join incident_member as m on a.anomaly_id = m.anomaly_id
inner join incident as i on m.incident_id = i.incident_id
where a.order_id = :order_id
order by i.incident_id
