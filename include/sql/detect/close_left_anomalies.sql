-- the order has left the node where it was late, waits for nothing any more, or turned out to be no case at all
update anomaly as a set closed_at = :now
where
    a.closed_at is null
    and not exists (
        select 1
        from order_alert as w
        where w.order_id = a.order_id and w.node = a.node and w.verdict in ('anomaly', 'suspect')
    )
