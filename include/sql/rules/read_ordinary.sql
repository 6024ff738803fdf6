-- grain: one row per order and node of a sample that is always the same: orders that were in the node since :since and
-- that nobody was ever alarmed about, with how long they stayed; of all nodes where none is named
select
    g.order_id, g.node, g.entered_at, g.left_at, to_jsonb(o) as orders, to_jsonb(m) as shipment, c.tier
from (
    select distinct on (f.order_id) f.order_id, f.node, f.entered_at, f.left_at
    from order_stage as f
    where f.node = coalesce(:node, f.node) and (f.left_at is null or f.left_at >= :since) and f.entered_at <= :now
    order by f.order_id, f.node
) as g
inner join orders as o on g.order_id = o.order_id and o.status <> 'cancelled'
left join lateral shipment_of(g.order_id) as m on true
left join customer as c on o.customer_id = c.customer_id
left join anomaly as a
    on g.order_id = a.order_id and (g.node = a.node or cast(:node as smallint) is null)
where a.anomaly_id is null
order by md5(g.order_id), g.order_id
limit :most
