-- grain: one row per step (of all, 0): orders whose end is known, promises that broke in it and those that nobody had
-- been alarmed about, and complaints about lateness before any alarm; an order counts once
with known as (
    select
        f.order_id, f.fate = 'broken' as broken,
        f.fate = 'broken' and f.alarmed_at <= f.promised_at - interval '24 hours' as early,
        f.fate = 'broken' and coalesce(f.alarmed_at > f.promised_at, true) as missed,
        f.complained and coalesce(f.alarmed_at > f.complained_at, true) as by_complaint,
        f.promise_node, f.complaint_node
    from fate as f
    where f.left_out is null and (f.fate is not null or f.complained)
),

placed as (
    select
        coalesce(k.broken, false) as broken, coalesce(k.early, false) as early,
        coalesce(k.missed, false) or k.by_complaint as missed,
        k.by_complaint and not coalesce(k.missed, false) as by_complaint,
        case when k.broken then k.promise_node when k.by_complaint then k.complaint_node end as node
    from known as k
),

step as (select generate_series(0, 5) as node)

select
    s.node,
    (select count(*) from known) as orders,
    count(p.node) filter (where p.broken) as broken,
    count(p.node) filter (where p.early) as early,
    count(p.node) filter (where p.missed) as misses,
    count(p.node) filter (where p.by_complaint) as by_complaint
from step as s
left join placed as p on s.node in (0, p.node)
group by s.node
