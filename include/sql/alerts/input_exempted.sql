-- orders whose waiting was judged normal until a later instant
insert into alert_input (
    order_id, node, cell_id, calendar_id, entered_at, platform_deadline_at, stopped_at, expected_until, granted_until,
    ordered_at, promised_at
)
select
    a.order_id, a.node, a.cell_id, a.calendar_id, a.entered_at, a.platform_deadline_at, a.stopped_at,
    e.expected_until, e.granted_until, a.ordered_at, a.promised_at
from exempted as e
inner join order_alert as a on e.order_id = a.order_id and e.node = a.node
where a.judged_at is null
