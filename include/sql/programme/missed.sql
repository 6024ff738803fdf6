-- grain: one order whose promised day passed in a month before it was delivered, or about whose lateness a customer
-- complained in the month; part: promise or complaint, whichever came first; hit: nobody was ever alarmed about it.
-- Orders that are not real, or whose promise passed while they waited for a stated reason, are left out
with complained as (
    select c.order_id, min(c.complained_at) as at from complaint as c
    where c.about = 'late'
    group by c.order_id
),

broken as (
    select o.order_id, o.promised_at as at
    from orders as o
    left join lateral shipment_of(o.order_id) as s on true
    where
        o.promised_at >= :since and o.promised_at < least(cast(:until as timestamptz), :now)
        and o.missing_since is null and s.missing_since is null
        and case when s.signed_at is null then o.status = 'open' else s.signed_at > o.promised_at end
        and not exists (
            select 1 from timeline as t
            where t.order_id = o.order_id and t.incident_id is null and t.event = 'exempted'
        )
),

late as (
    select
        coalesce(b.order_id, c.order_id) as order_id, least(b.at, c.at) as at,
        case when b.at <= c.at or c.at is null then 'promise' else 'complaint' end as part
    from broken as b
    full join complained as c on b.order_id = c.order_id
    where b.order_id is not null or c.at >= :since and c.at < :until
)

select
    l.at, f.incident_id, l.order_id, l.part,
    not exists (select 1 from anomaly as a where a.order_id = l.order_id and a.reported_by is null) as hit,
    cast(null as bigint) as value
from late as l
inner join orders as o on l.order_id = o.order_id
left join lateral (
    select max(m.incident_id) as incident_id
    from anomaly as a
    inner join incident_member as m on a.anomaly_id = m.anomaly_id
    where a.order_id = l.order_id and a.reported_by is null
) as f on true
where
    o.status <> 'cancelled' and o.payment <> 'refunded'
    and not exists (
        select 1 from timeline as t
        where t.order_id = l.order_id and t.incident_id is null and t.event = 'not_valid'
    )
order by l.at, l.order_id
