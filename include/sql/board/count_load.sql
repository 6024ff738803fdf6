-- grain: one row per node and part of the time until the alert that its orders have used; orders that are none are left
-- out. Part 1 to 24: not due yet; 25 to 36: beyond it, the last one open-ended
with used as (
    select
        node, verdict, judged_at, alert_at, entered_at, expected_until,
        date_part('epoch', cast(:now as timestamptz) - entered_at)
        / nullif(date_part('epoch', alert_at - entered_at), 0) as share
    from order_alert
    where verdict is distinct from 'invalid'
)

select
    node,
    case
        when alert_at <= :now then least(36, greatest(25, coalesce(width_bucket(share, 0, 1.5, 36), 36)))
        else greatest(1, least(24, width_bucket(share, 0, 1.5, 36)))
    end as part,
    count(*) as waiting,
    count(*) filter (where verdict in ('anomaly', 'suspect')) as late,
    count(*) filter (where verdict is null and expected_until is not null) as exempt,
    count(*) filter (where judged_at is null and alert_at <= :now) as undecided,
    min(entered_at) as oldest_at
from used
group by 1, 2
