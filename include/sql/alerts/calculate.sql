-- when does each order in alert_input become late? one calculation for every path that moves an alert time: what the
-- promise's clock says, else the learned limit in the node's clock, at most the node's ceiling; not before a granted
-- exemption has run out; never later than the platform's deadline less its lead, nor than the instant at which the
-- order was stopped. By the limits of the version in force, unless another is asked for. `offset 0` keeps every array
-- lookup to one evaluation.
create temporary table alert_result on commit drop as
with hours as materialized (
    select
        calendar_id,
        opens || '{}'::bigint[] as opens,
        work_before || '{}'::bigint[] as work_before,
        work_after || '{}'::bigint[] as work_after
    from calendar_hours
),

counting as (
    select coalesce(cast(:version as integer), (select version from threshold_active)) as version
),

asked as (
    select
        i.order_id, i.node, i.entered_at, i.platform_deadline_at, i.stopped_at, i.expected_until,
        i.promise_alert_at,
        p.working_time, p.ceiling_s, p.grace_s, p.platform_lead_s,
        coalesce(own.threshold_s, whole.threshold_s) as threshold_s,
        floor(extract(epoch from i.entered_at))::bigint as entered_s,
        h.opens, h.work_before, h.work_after
    from alert_input as i
    inner join node_policy as p on i.node = p.node
    left join threshold as own
        on own.version = (select version from counting) and i.cell_id = own.cell_id
    left join threshold as whole
        on whole.version = (select version from counting) and whole.cell_id = -i.node
    left join hours as h on p.working_time and i.calendar_id = h.calendar_id
    offset 0
),

located as (
    select *, width_bucket(entered_s, opens) as span from asked
    offset 0
),

started as (
    select
        *,
        case
            when span = 0 then 0
            else work_before[span] + least(entered_s - opens[span], work_after[span] - work_before[span])
        end as worked_s
    from located
    offset 0
),

finished as (
    select *, width_bucket(worked_s + threshold_s - 1, work_after) + 1 as last_span from started
    offset 0
),

learned as (
    select
        *,
        case
            when working_time and threshold_s = 0 then to_timestamp(entered_s)  -- nothing to do is done at once
            when working_time
                then to_timestamp(opens[last_span] + (worked_s + threshold_s - work_before[last_span]))
            else entered_at + threshold_s * interval '1 second'
        end as learned_at
    from finished
    offset 0
)

select
    order_id,
    node,
    threshold_s,
    least(
        greatest(
            least(coalesce(promise_alert_at, learned_at), entered_at + ceiling_s * interval '1 second'),
            expected_until + grace_s * interval '1 second'
        ),
        platform_deadline_at - platform_lead_s * interval '1 second',
        stopped_at
    ) as alert_at
from learned
