-- where an order stands that is on its way, and the live incident about it alone, if there is one
select
    w.order_id, w.node, w.entered_at, w.alert_at, o.value_minor, o.currency, coalesce(c.tier, 'regular') as tier,
    o.status, s.batch_no, a.anomaly_id, i.incident_id, i.reported
from order_alert as w
inner join orders as o on w.order_id = o.order_id
inner join order_stage as s on w.order_id = s.order_id and w.node = s.node
left join customer as c on o.customer_id = c.customer_id
left join anomaly as a on w.order_id = a.order_id and w.node = a.node and a.closed_at is null
left join lateral (
    select x.incident_id, x.reported
    from incident_member as m
    inner join incident as x on m.incident_id = x.incident_id
    where
        m.anomaly_id = a.anomaly_id and x.kind in ('single', 'triage')
        and x.state not in ('resolved', 'closed', 'dismissed', 'merged')
    order by x.incident_id
    limit 1
) as i on true
where w.order_id = :order_id
order by w.node desc
limit 1
