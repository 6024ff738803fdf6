-- grain: one order that was in a step between two instants: of a warehouse (here), a carrier (ours) or another carrier
-- (others), and whether it was late there as far as was known at a third instant; batch_no: the wave or manifest in
-- which it was late, an order without one being its own
create function step_traffic(
    of_node smallint, of_warehouse text, of_carrier text, since timestamptz, until timestamptz, known_at timestamptz
) returns table (
    order_id text, warehouse text, carrier text, here boolean, ours boolean, others boolean, late boolean, batch_no text
) language sql stable as $$
    with late as (
        select a.order_id, min(a.batch_no) as batch_no
        from anomaly as a
        where
            a.node = of_node and a.verdict = 'anomaly' and a.alert_at <= known_at
            and (a.closed_at is null or a.closed_at >= since)
        group by a.order_id
    ),

    stayed as (
        select g.order_id
        from order_stage as g
        where g.node = of_node and g.left_at >= since and g.entered_at <= until
        union all
        select w.order_id
        from order_alert as w
        where w.node = of_node and w.entered_at <= until
    )

    select
        o.order_id, o.warehouse, s.carrier,
        o.warehouse = of_warehouse, s.carrier = of_carrier, s.carrier <> of_carrier,
        l.order_id is not null,
        coalesce(l.batch_no, l.order_id)
    from stayed as y
    inner join orders as o on y.order_id = o.order_id
    left join lateral shipment_of(y.order_id) as s on true
    left join late as l on y.order_id = l.order_id
$$;
