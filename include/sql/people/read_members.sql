-- grain: one order of an incident in one step, with the evidence on which it was judged
select
    a.anomaly_id, a.order_id, a.node, a.verdict, a.level, a.batch_no, a.entered_at, a.alert_at, a.detected_at,
    a.closed_at, a.threshold_version, a.evidence, a.explanation, a.reported_by, o.status, o.value_minor, o.currency,
    count(*) over () as total
from incident_member as m
inner join anomaly as a on m.anomaly_id = a.anomaly_id
inner join orders as o on a.order_id = o.order_id
where m.incident_id = :incident_id
order by (a.closed_at is not null), a.alert_at, a.anomaly_id
limit :size offset :skip
