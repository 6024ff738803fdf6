select min(a.node) as node
from incident_member as m
inner join anomaly as a on m.anomaly_id = a.anomaly_id
where m.incident_id = :incident_id
