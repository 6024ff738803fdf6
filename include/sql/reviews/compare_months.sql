-- grain: one month of the business and link of the chain: how long it took for half and for nine in ten of the
-- incidents of a level that closed in that month, in seconds
with taken as (
    select
        to_char(l.closed_at at time zone :zone, 'YYYY-MM') as month, l.link, count(*) as incidents,
        percentile_cont(array[0.5, 0.9]) within group (order by l.seconds) as seconds
    from incident_link as l
    where l.level = :level and l.closed_at >= :since and l.closed_at < :until and l.incident_id <> :incident_id
    group by month, l.link
)

select
    month, link as step, incidents, cast(round(seconds[1]) as bigint) as p50_s,
    cast(round(seconds[2]) as bigint) as p90_s
from taken
order by month, step
