-- what the staff has written about these incidents when they called them false alarms, the latest first
select t.at, t.actor, t.incident_id, t.detail ->> 'reason' as words
from timeline as t
where t.incident_id = any(:incident_ids) and t.event = 'dismissed'
order by t.at desc, t.timeline_id desc
limit :most
