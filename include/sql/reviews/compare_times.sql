-- grain: one link of the chain: how long it took for half and for nine in ten of the incidents of the same level that
-- closed in the time before this one, in seconds
with taken as (
    select
        l.link, count(*) as incidents, percentile_cont(array[0.5, 0.9]) within group (order by l.seconds) as seconds
    from incident_link as l
    where l.level = :level and l.closed_at >= :since and l.closed_at < :until and l.incident_id <> :incident_id
    group by l.link
)

select link, incidents, seconds[1] as p50_s, seconds[2] as p90_s
from taken
