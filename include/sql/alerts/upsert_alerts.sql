-- grain: one row per order in the node where it waits now; every verdict is reconsidered on new facts, and a promise
-- that has not run out yet is withdrawn with the facts it was given on
insert into order_alert as known (
    order_id, node, cell_id, calendar_id, entered_at, platform_deadline_at, stopped_at, alert_at, threshold_s,
    ordered_at, promised_at, promise_alert_at, chance
)
select
    i.order_id, i.node, i.cell_id, i.calendar_id, i.entered_at, i.platform_deadline_at, i.stopped_at,
    r.alert_at, r.threshold_s, i.ordered_at, i.promised_at, i.promise_alert_at, i.chance
from alert_input as i
inner join alert_result as r on i.order_id = r.order_id and i.node = r.node
order by i.order_id, i.node
on conflict (order_id, node) do update set
    cell_id = excluded.cell_id,
    calendar_id = excluded.calendar_id,
    entered_at = excluded.entered_at,
    platform_deadline_at = excluded.platform_deadline_at,
    stopped_at = excluded.stopped_at,
    expected_until = null,
    granted_until = case when known.granted_until <= :now then known.granted_until end,
    alert_at = excluded.alert_at,
    threshold_s = excluded.threshold_s,
    ordered_at = excluded.ordered_at,
    promised_at = excluded.promised_at,
    promise_alert_at = excluded.promise_alert_at,
    chance = excluded.chance,
    judged_at = null,
    verdict = null
where known.verdict is not null
or known.expected_until is not null
or (
    excluded.cell_id, excluded.calendar_id, excluded.entered_at, excluded.platform_deadline_at, excluded.stopped_at,
    excluded.alert_at, excluded.threshold_s, excluded.ordered_at, excluded.promised_at, excluded.promise_alert_at,
    excluded.chance
) is distinct from (
    known.cell_id, known.calendar_id, known.entered_at, known.platform_deadline_at, known.stopped_at,
    known.alert_at, known.threshold_s, known.ordered_at, known.promised_at, known.promise_alert_at, known.chance
)
