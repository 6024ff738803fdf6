-- asked right before a customer is written to or money is spent: is the order still where it was late?
create function is_still_late(asked_incident bigint, asked_order text) returns boolean language sql stable as $$
    select exists (
        select 1
        from incident_member as m
        inner join anomaly as a on m.anomaly_id = a.anomaly_id
        inner join order_alert as w on a.order_id = w.order_id and a.node = w.node and a.entered_at = w.entered_at
        inner join orders as o on a.order_id = o.order_id
        where
            m.incident_id = asked_incident and a.order_id = asked_order and a.closed_at is null
            and o.status = 'open' and o.payment = 'paid'
            and (w.verdict = 'anomaly' or w.verdict is null and w.expected_until is null)
    )
$$;
