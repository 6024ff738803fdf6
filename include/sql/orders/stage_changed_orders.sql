-- grain: one row per changed order and node it has entered; what the two systems say, as one passage each; what was
-- done before the order counted (a presale approved before its balance was paid) takes no time
create temporary table changed_stage on commit drop as
with milestone as (
    select
        o.order_id, o.category, o.region, o.channel, o.warehouse, o.status, o.platform_deadline_at,
        o.promised_at,
        s.wave_no, s.manifest_no, s.status as shipment_status, s.customs_status, s.version as shipment_version,
        case
            when o.payment in ('unpaid', 'deposit') then null
            when o.kind = 'presale' then coalesce(o.balance_paid_at, o.paid_at)
            else o.paid_at
        end as started_at,
        o.approved_at, s.printed_at, s.picked_at, s.shipped_at, s.signed_at
    from changed_order as c
    inner join orders as o on c.order_id = o.order_id
    left join lateral shipment_of(o.order_id) as s on true
),

passage as (
    select m.*, p.node, p.entered_at, p.left_at
    from milestone as m
    cross join
        lateral (
            values
            (1, m.started_at, coalesce(m.approved_at, m.printed_at, m.picked_at, m.shipped_at, m.signed_at)),
            (2, m.approved_at, coalesce(m.printed_at, m.picked_at, m.shipped_at, m.signed_at)),
            (3, m.printed_at, coalesce(m.picked_at, m.shipped_at, m.signed_at)),
            (4, m.picked_at, coalesce(m.shipped_at, m.signed_at)),
            (5, m.shipped_at, m.signed_at)
        ) as p (node, entered_at, left_at)
    where p.entered_at is not null and m.started_at is not null
)

select
    p.order_id,
    p.node::smallint as node,
    p.category, p.region, p.channel,
    greatest(p.entered_at, p.started_at) as entered_at,
    case when p.left_at is not null then greatest(p.left_at, p.entered_at, p.started_at) end as left_at,
    case n.batch when 'wave' then p.wave_no when 'manifest' then p.manifest_no end as batch_no,
    coalesce(own.calendar_id, fallback.calendar_id) as calendar_id,
    case when p.node <= 4 then p.platform_deadline_at end as platform_deadline_at,
    p.promised_at,
    p.started_at as ordered_at,
    case
        when p.node = 5 and p.customs_status in ('hold', 'documents_missing') then p.shipment_version
    end as stopped_at,
    p.left_at is null
    and (p.status = 'open' or p.status = 'completed' and p.shipment_status = 'open') as waiting
from passage as p
inner join node_policy as n on p.node = n.node
left join calendar as own
    on own.code = case n.actor when 'warehouse' then 'warehouse:' || p.warehouse else n.actor end
left join calendar as fallback on fallback.code = n.actor || ':*'
