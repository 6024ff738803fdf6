-- grain: one version: when it would have spoken of the incident first, how many orders of the step it would have named
-- on that day, and which of them the version of then does not name, and the other way round
with day as (
    select * from said
    where alert_at >= :since and alert_at < :until
),

apart as (
    select
        d.version,
        count(*) filter (where b.order_id is null) as more,
        (array_agg(d.order_id order by d.alert_at, d.order_id) filter (where b.order_id is null))[1:20] as more_orders
    from day as d
    left join day as b on d.order_id = b.order_id and b.version = :base
    group by d.version
),

gone as (
    select
        v.version, count(*) as fewer, (array_agg(b.order_id order by b.alert_at, b.order_id))[1:20] as fewer_orders
    from unnest(cast(:versions as integer[])) as v (version)
    inner join day as b on b.version = :base
    left join day as d on v.version = d.version and b.order_id = d.order_id
    where d.order_id is null
    group by v.version
)

select
    v.version,
    (select min(s.alert_at) from said as s where s.version = v.version and s.member) as first_at,
    (select count(*) from said as s where s.version = v.version and s.member) as of_incident,
    (select count(*) from day as d where d.version = v.version) as alerts,
    coalesce(a.more, 0) as more, coalesce(a.more_orders, '{}') as more_orders,
    coalesce(g.fewer, 0) as fewer, coalesce(g.fewer_orders, '{}') as fewer_orders
from unnest(cast(:versions as integer[])) with ordinality as v (version, place)
left join apart as a on v.version = a.version
left join gone as g on v.version = g.version
order by v.place
