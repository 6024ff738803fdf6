-- grain: one row per feed: changes per pull in the window before now, and in the same window of four earlier weeks;
-- holidays and make-up days say nothing about an ordinary day, nor it about them
with pulled as (
    select
        p.source,
        p.feed,
        p.records,
        ceil(extract(epoch from :now - p.until) / 604800)::integer as weeks_ago
    from feed_pull as p
    where
        p.mode = 'changes'
        and p.state = 'applied'
        and p.until > :now - interval '29 days'
        and mod(extract(epoch from :now - p.until), 604800) between 0 and :window_s
        and not exists (
            select 1
            from calendar_day as d
            inner join calendar as c on d.calendar_id = c.calendar_id and c.code = 'office'
            where d.day = (p.until at time zone c.zone)::date and d.reason is not null
        )
)

select
    source,
    feed,
    percentile_cont(0.5) within group (order by records) filter (where weeks_ago <= 1) as recent,
    percentile_cont(0.5) within group (order by records) filter (where weeks_ago > 1) as usual
from pulled
group by source, feed
having count(distinct weeks_ago) filter (where weeks_ago > 1) >= 3
