-- late orders already known, with the incident that they belong to, to see which causes the new ones share
select
    a.order_id, a.node, a.batch_no, i.dedup_key, i.kind, o.warehouse,
    coalesce(s.shortage_skus, '[]') as shortage_skus, s.fault_code
from anomaly as a
inner join incident_member as m on a.anomaly_id = m.anomaly_id
inner join incident as i on m.incident_id = i.incident_id and i.state not in ('closed', 'dismissed', 'merged')
inner join orders as o on a.order_id = o.order_id
left join lateral shipment_of(a.order_id) as s on true
where a.closed_at is null and (a.verdict = 'anomaly' or i.kind = 'mass_delay')  -- a storm keeps its doubtful ones too
order by a.order_id, a.node
