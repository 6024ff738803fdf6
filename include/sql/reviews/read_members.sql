-- grain: one order of an incident in one step, the first to be late first, with orders like it and why it was late
select
    a.order_id, a.node, a.alert_at, a.detected_at, a.closed_at, a.explanation, a.threshold_version,
    c.category, c.region, c.channel,
    count(*) over () as total
from incident_member as m
inner join anomaly as a on m.anomaly_id = a.anomaly_id
left join order_stage as g on a.order_id = g.order_id and a.node = g.node
left join cell as c on g.cell_id = c.cell_id
where m.incident_id = :incident_id
order by a.alert_at, a.order_id, a.node
limit :most
