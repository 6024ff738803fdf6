-- grain: one row per link of the chain: how long it took for half and for nine in ten of the incidents of the same
-- level that closed in the time before this one, in seconds
with earlier as (
    select t.*
    from incident_times as t
    where t.level = :level and t.closed_at >= :since and t.closed_at < :until and t.incident_id <> :incident_id
)

select
    l.link, l.incidents, l.seconds[1] as p50_s, l.seconds[2] as p90_s
from (
    select
        v.link, count(v.s) as incidents, percentile_cont(array[0.5, 0.9]) within group (order by v.s) as seconds
    from earlier as e
    cross join
        lateral (
            values
            ('detected', e.detected_s), ('told', e.told_s), ('acknowledged', e.acknowledged_s),
            ('contacted', e.contacted_s), ('resolved', e.resolved_s), ('closed', e.closed_s)
        ) as v (link, s)
    group by v.link
) as l
