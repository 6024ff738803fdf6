-- where an order stands now: grain one row per node in which it waits, or one row without node
select
    o.status, o.kind, o.payment, o.missing_since, a.node, a.entered_at, a.alert_at, a.verdict, a.expected_until
from orders as o
left join order_alert as a on o.order_id = a.order_id
where o.order_id = :order_id
order by a.node
