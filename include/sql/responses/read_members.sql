-- grain: one row per order of each incident, at most :most of one, in the node where it is or was late, as our books
-- have it now
select w.incident_id, m.*
from unnest(cast(:incident_ids as bigint[])) as w (incident_id)
cross join
    lateral (
        select distinct on (a.order_id)
            a.order_id, a.node, a.alert_at, o.value_minor, o.currency, o.channel, o.region, o.category, o.warehouse,
            o.customer_id, coalesce(c.tier, 'regular') as tier, s.shipment_id, o.status, o.payment,
            is_still_late(m.incident_id, a.order_id) as still_late
        from incident_member as m
        inner join anomaly as a on m.anomaly_id = a.anomaly_id
        inner join orders as o on a.order_id = o.order_id
        left join customer as c on o.customer_id = c.customer_id
        left join lateral shipment_of(a.order_id) as s on true
        where m.incident_id = w.incident_id
        order by a.order_id, a.closed_at desc nulls first, a.anomaly_id desc
        limit :most
    ) as m
order by w.incident_id, m.order_id
