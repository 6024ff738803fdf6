-- grain: one row per feed: changes per pull in the window before now, and in the same window of four earlier weeks
with pulled as (
    select
        source,
        feed,
        records,
        ceil(extract(epoch from :now - until) / 604800)::integer as weeks_ago
    from feed_pull
    where
        mode = 'changes'
        and state = 'applied'
        and until > :now - interval '29 days'
        and mod(extract(epoch from :now - until), 604800) between 0 and :window_s
)

select
    source,
    feed,
    percentile_cont(0.5) within group (order by records) filter (where weeks_ago <= 1) as recent,
    percentile_cont(0.5) within group (order by records) filter (where weeks_ago > 1) as usual
from pulled
group by source, feed
having count(distinct weeks_ago) filter (where weeks_ago > 1) >= 3
