-- grain: one order of an incident in one step, with the evidence on which it was judged and how long others took
select
    a.anomaly_id, a.order_id, a.node, a.entered_at, a.alert_at, a.closed_at, a.threshold_version, a.evidence,
    a.explanation, o.category, o.region, o.channel, o.warehouse, o.value_minor, o.currency,
    coalesce(own.quantiles, whole.quantiles) as quantiles, coalesce(own.samples, whole.samples) as samples,
    count(*) over () as total
from incident_member as m
inner join anomaly as a on m.anomaly_id = a.anomaly_id
inner join orders as o on a.order_id = o.order_id
left join order_stage as s on a.order_id = s.order_id and a.node = s.node
left join threshold as own on a.threshold_version = own.version and s.cell_id = own.cell_id
left join threshold as whole on a.threshold_version = whole.version and whole.cell_id = -a.node
where m.incident_id = :incident_id
order by (a.closed_at is not null), a.alert_at, a.anomaly_id
limit :size offset :skip
