-- grain: one row per line of an incident's timeline, oldest first; orders that joined at one instant are one line
select at, event, actor, node, detail, null as order_ids, timeline_id
from timeline
where incident_id = :incident_id and event <> 'anomaly_joined'
union all
select
    at, event, actor, null, '{}', array_agg(order_id order by timeline_id), min(timeline_id)
from timeline
where incident_id = :incident_id and event = 'anomaly_joined'
group by at, event, actor
order by timeline_id
