-- only rows whose alert time moved, and only those nobody has judged meanwhile
update order_alert as a set
    alert_at = r.alert_at,
    threshold_s = r.threshold_s,
    promise_alert_at = i.promise_alert_at,
    chance = i.chance,
    expected_until = i.expected_until,
    granted_until = greatest(a.granted_until, i.granted_until)
from alert_result as r
inner join alert_input as i on r.order_id = i.order_id and r.node = i.node
where
    a.order_id = r.order_id and a.node = r.node
    and a.judged_at is null
    and (a.alert_at, a.threshold_s, a.expected_until, a.promise_alert_at, a.chance)
    is distinct from (r.alert_at, r.threshold_s, i.expected_until, i.promise_alert_at, i.chance)
