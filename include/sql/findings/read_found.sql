select a.order_id, a.node, a.explanation, i.incident_id, i.kind, i.level, i.dedup_key
from anomaly as a
inner join incident_member as m on m.anomaly_id = a.anomaly_id
inner join incident as i on i.incident_id = m.incident_id and i.state not in ('closed', 'dismissed', 'merged')
where a.closed_at is null
order by i.level desc, i.incident_id, a.order_id
