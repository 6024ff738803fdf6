-- grain: one row per step, 0 for all steps together where an order counts once: what became of the alarms of :version
with alarm as (
    select
        a.order_id, a.node,
        (array_agg(a.threshold_version order by a.detected_at, a.anomaly_id))[1] as version,
        bool_or(exists (
            select 1
            from incident_member as m
            inner join incident as i on m.incident_id = i.incident_id
            where
                m.anomaly_id = a.anomaly_id and i.state = 'dismissed'
                and coalesce(i.dismissed_as, 'false_alarm') in ('false_alarm', 'not_an_order')
        )) as dismissed
    from anomaly as a
    inner join fate as f on a.order_id = f.order_id and f.left_out is null
    where
        a.verdict = 'anomaly' and a.reported_by is null and a.detected_at <= :until
        and (f.due or f.promised_at is null and a.detected_at > :since)
    group by a.order_id, a.node
),

-- a customer, money or the warehouse was reached for its sake before it arrived
acted as (
    select distinct x.order_id
    from effect as e
    inner join incident_member as m on e.incident_id = m.incident_id
    inner join anomaly as x on m.anomaly_id = x.anomaly_id and x.order_id = coalesce(e.order_id, x.order_id)
    inner join fate as f on x.order_id = f.order_id
    where
        (e.side_effect in ('customer', 'money') or e.sink = 'warehouse')
        and e.delivered_at < coalesce(f.delivered_at, 'infinity')
),

judged as (
    select
        a.order_id, a.node,
        case
            when coalesce(a.version <> :version, true) then 5  -- of an earlier version
            when a.dismissed then 3
            when f.fate = 'broken' or f.complained_at is not null then 1  -- right
            when f.fate is null then 4  -- nobody can know
            when t.order_id is not null then 2  -- in time, perhaps because somebody acted
            else 3  -- false
        end as class
    from alarm as a
    inner join fate as f on a.order_id = f.order_id
    left join acted as t on a.order_id = t.order_id
),

counted as (
    select node, class from judged
    union all
    select 0 as node, min(class) as class
    from judged
    group by order_id
)

select
    node,
    count(*) filter (where class < 5) as alarms,
    count(*) filter (where class = 3) as false_alarms,
    count(*) filter (where class = 2) as acted_on,
    count(*) filter (where class = 4) as no_truth,
    count(*) filter (where class = 5) as earlier
from counted
group by node
