-- every open order not yet judged, for a new threshold version or a changed calendar
insert into alert_input (
    order_id, node, cell_id, calendar_id, entered_at, platform_deadline_at, stopped_at, expected_until,
    ordered_at, promised_at
)
select
    order_id, node, cell_id, calendar_id, entered_at, platform_deadline_at, stopped_at, expected_until,
    ordered_at, promised_at
from order_alert
where judged_at is null
