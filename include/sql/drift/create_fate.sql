-- grain: one row per order whose promise was due after :since and no later than :until, about whose lateness somebody
-- complained then, or that was alarmed then without a promise; how it ended, as it was known at :until
create temporary table fate on commit drop as
with alarmed as (
    -- what people report is no alarm of a clock; a doubtful order was told to a person, so it counts as alarmed
    select
        order_id, min(detected_at) as alarmed_at,
        min(detected_at) filter (where verdict = 'anomaly') as late_at
    from anomaly
    where reported_by is null and detected_at <= :until
    group by order_id
),

complained as (
    select order_id, min(complained_at) as complained_at
    from complaint
    where about = 'late' and complained_at <= :until
    group by order_id
),

wanted as (
    select
        o.order_id, o.status, o.payment, o.promised_at, o.missing_since, a.alarmed_at, c.complained_at,
        coalesce(o.promised_at > :since and o.promised_at <= :until, false) as due,
        coalesce(c.complained_at > :since, false) as complained
    from orders as o
    left join alarmed as a on o.order_id = a.order_id
    left join complained as c on o.order_id = c.order_id
    where
        o.promised_at > :since and o.promised_at <= :until
        or c.complained_at > :since
        or o.promised_at is null and a.late_at > :since
),

told as (
    select
        w.*, m.signed_at as delivered_at,
        case
            when w.status = 'cancelled' then 'cancelled'
            when w.payment = 'refunded' or exists (
                select 1 from timeline as t
                where t.order_id = w.order_id and t.incident_id is null and t.event = 'not_valid'
            ) then 'invalid'
            when exists (
                select 1 from timeline as t
                where t.order_id = w.order_id and t.incident_id is null and t.event = 'exempted'
            ) then 'exempt'
        end as left_out,
        -- a source has lost it, or calls it finished and nobody knows when it arrived
        w.missing_since is not null or m.missing_since is not null
        or w.status = 'completed' and m.signed_at is null as lost,
        (
            select max(s.node) from order_stage as s
            where s.order_id = w.order_id and s.entered_at <= w.promised_at
        ) as promise_node,
        (
            select max(s.node) from order_stage as s
            where s.order_id = w.order_id and s.entered_at <= w.complained_at
        ) as complaint_node
    from wanted as w
    left join lateral shipment_of(w.order_id) as m on true
)

select
    t.order_id, t.promised_at, t.delivered_at, t.alarmed_at, t.complained_at, t.left_out, t.due,
    case
        when not t.due or t.lost then null
        when t.delivered_at <= t.promised_at then 'kept'
        when t.promise_node is not null then 'broken'  -- else nothing had begun: it was not paid for yet
    end as fate,
    t.promise_node,
    t.complained and t.complaint_node is not null as complained,
    t.complaint_node
from told as t
