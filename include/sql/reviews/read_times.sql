-- one row: how long each link of the chain took for one incident, in seconds
select t.detected_s, t.told_s, t.acknowledged_s, t.contacted_s, t.resolved_s, t.closed_s, t.wrote
from incident_times as t
where t.incident_id = :incident_id
