-- the order has left the node, or waits for nothing any more
delete from order_alert as a
using changed_order as c
where
    a.order_id = c.order_id
    and not exists (
        select 1 from changed_stage as s
        where s.order_id = a.order_id and s.node = a.node and s.waiting
    )
