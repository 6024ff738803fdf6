-- one portion; an order that anything has touched meanwhile has been calculated anew already, and one that was judged
-- is not asked again
update order_alert as a set
    alert_at = m.alert_at, threshold_s = m.threshold_s, promise_alert_at = m.promise_alert_at, chance = m.chance
from moving as m
where
    m.place > :after and m.place <= :until
    and a.order_id = m.order_id and a.node = m.node and a.judged_at is null
    and (
        a.cell_id, a.calendar_id, a.entered_at, a.platform_deadline_at, a.stopped_at, a.expected_until, a.ordered_at,
        a.promised_at
    ) is not distinct from (
        m.cell_id, m.calendar_id, m.entered_at, m.platform_deadline_at, m.stopped_at, m.expected_until, m.ordered_at,
        m.promised_at
    )
