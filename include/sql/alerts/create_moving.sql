-- grain: one row per open order whose alert time the version in force moves; it outlives the transaction, because
-- it is applied in portions
create temporary table moving as
select
    row_number() over (order by r.order_id, r.node) as place,
    r.order_id, r.node, r.alert_at, r.threshold_s, i.promise_alert_at, i.chance,
    i.cell_id, i.calendar_id, i.entered_at, i.platform_deadline_at, i.stopped_at, i.expected_until, i.ordered_at,
    i.promised_at
from alert_result as r
inner join alert_input as i on r.order_id = i.order_id and r.node = i.node
inner join order_alert as a on r.order_id = a.order_id and r.node = a.node
where
    (a.alert_at, a.threshold_s, a.promise_alert_at, a.chance)
    is distinct from (r.alert_at, r.threshold_s, i.promise_alert_at, i.chance)
