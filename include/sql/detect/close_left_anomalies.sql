-- the order has left the node where it was late, waits for nothing any more, or turned out to be no case at all;
-- one whose facts have changed and that is asked again stays open until the answer
update anomaly as a set closed_at = :now
where
    a.closed_at is null
    and not exists (
        select 1
        from order_alert as w
        where
            w.order_id = a.order_id and w.node = a.node and w.entered_at = a.entered_at
            and (
                w.verdict in ('anomaly', 'suspect')
                or a.reported_by is not null
                or w.verdict is null and w.expected_until is null and w.alert_at <= :late_by
            )
    )
