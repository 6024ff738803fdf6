select a.order_id, a.node, a.explanation, i.incident_id, i.kind, i.level, i.dedup_key
from anomaly as a
inner join incident_member as m on a.anomaly_id = m.anomaly_id
inner join incident as i on m.incident_id = i.incident_id and i.state not in ('closed', 'dismissed', 'merged')
where a.closed_at is null
order by i.level desc, i.incident_id, a.order_id
