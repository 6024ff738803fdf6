-- grain: one row per order and node left inside the window, with its dwell in the node's own clock; a passage of no
-- length counts only where a system says that the order has gone on: an order without a shipment has not
with hours as materialized (
    select
        calendar_id,
        opens || '{}'::bigint[] as opens,
        work_before || '{}'::bigint[] as work_before,
        work_after || '{}'::bigint[] as work_after
    from calendar_hours
),

stage as (
    select
        s.node, c.category, c.region, c.channel, s.entered_at, s.left_at, p.working_time,
        floor(extract(epoch from s.entered_at))::bigint as entered_s,
        floor(extract(epoch from s.left_at))::bigint as left_s,
        h.opens, h.work_before, h.work_after
    from order_stage as s
    inner join orders as o on s.order_id = o.order_id and o.status <> 'cancelled'
    inner join cell as c on s.cell_id = c.cell_id
    inner join node_policy as p on s.node = p.node
    left join hours as h on p.working_time and s.calendar_id = h.calendar_id
    where
        s.left_at > :window_from and s.left_at <= :window_to
        and (not p.working_time or h.calendar_id is not null)
        and (
            s.left_at > s.entered_at
            or s.node = 1 and o.approved_at is not null
            or exists (
                select 1 from shipment_of(s.order_id) as w
                where coalesce(
                    case when s.node <= 2 then w.printed_at end,
                    case when s.node <= 3 then w.picked_at end,
                    case when s.node <= 4 then w.shipped_at end,
                    w.signed_at
                ) is not null
            )
        )
    offset 0
),

located as (
    select *, width_bucket(entered_s, opens) as i, width_bucket(left_s, opens) as j from stage
    offset 0
)

select
    node, category, region, channel,
    case
        when not working_time then extract(epoch from left_at - entered_at)
        else
            case
                when j = 0 then 0
                else work_before[j] + least(left_s - opens[j], work_after[j] - work_before[j])
            end
            - case
                when i = 0 then 0
                else work_before[i] + least(entered_s - opens[i], work_after[i] - work_before[i])
            end
    end::double precision as dwell_s
from located
