-- every order that was in a step between two instants, and the orders of an incident, as if nobody had judged them yet;
-- without what only open orders have: exemptions and the word to stop
insert into alert_input (
    order_id, node, cell_id, calendar_id, entered_at, platform_deadline_at, ordered_at, promised_at
)
select
    g.order_id, g.node, g.cell_id, g.calendar_id, g.entered_at, o.platform_deadline_at,
    (select min(f.entered_at) from order_stage as f where f.order_id = g.order_id), o.promised_at
from order_stage as g
inner join orders as o on g.order_id = o.order_id
where
    g.node = :node
    and (
        g.entered_at < :until and (g.left_at is null or g.left_at > :since)
        or g.order_id in (
            select a.order_id
            from incident_member as m
            inner join anomaly as a on m.anomaly_id = a.anomaly_id
            where m.incident_id = :incident_id and a.node = :node
        )
    )
