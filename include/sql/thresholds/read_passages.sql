-- grain: one row per order and node that was left since :window_from, or has not been left yet, instants in epoch
-- seconds; a passage of no length counts only where a system says that the order has gone on: an order without a
-- shipment has not; marked where the order was ever late, or waits normally
select
    s.order_id, s.node, c.category, c.region, c.channel, k.code as calendar,
    floor(extract(epoch from begun.ordered_at))::bigint as ordered_s,
    floor(extract(epoch from s.entered_at))::bigint as entered_s,
    floor(extract(epoch from s.left_at))::bigint as left_s,
    floor(extract(epoch from o.promised_at))::bigint as promised_s,
    exists(select 1 from anomaly as x where x.order_id = s.order_id and x.node = s.node) as had_anomaly,
    coalesce(w.expected_until is not null or w.granted_until is not null, false) as exempt
from order_stage as s
inner join orders as o on s.order_id = o.order_id and o.status <> 'cancelled'
inner join cell as c on s.cell_id = c.cell_id
inner join node_policy as p on s.node = p.node
inner join lateral (
    select min(f.entered_at) as ordered_at from order_stage as f
    where f.order_id = s.order_id
) as begun on true
left join calendar as k on p.working_time and s.calendar_id = k.calendar_id
left join order_alert as w on s.order_id = w.order_id and s.node = w.node
where
    s.entered_at < :window_to
    and (s.left_at is null or s.left_at > :window_from and s.left_at <= :window_to)
    and (
        s.left_at is null
        or s.left_at > s.entered_at
        or s.node = 1 and o.approved_at is not null
        or exists (
            select 1 from shipment_of(s.order_id) as m
            where coalesce(
                case when s.node <= 2 then m.printed_at end,
                case when s.node <= 3 then m.picked_at end,
                case when s.node <= 4 then m.shipped_at end,
                m.signed_at
            ) is not null
        )
    )
