-- grain: one month of the business and link of the chain: how long it took for half and for nine in ten of the
-- incidents of a level that closed in that month, in seconds
with earlier as (
    select t.*, to_char(t.closed_at at time zone :zone, 'YYYY-MM') as month
    from incident_times as t
    where t.level = :level and t.closed_at >= :since and t.closed_at < :until and t.incident_id <> :incident_id
),

taken as (
    select
        e.month, v.step, count(v.s) as incidents,
        percentile_cont(array[0.5, 0.9]) within group (order by v.s) as seconds
    from earlier as e
    cross join
        lateral (
            values
            ('detected', e.detected_s), ('told', e.told_s), ('acknowledged', e.acknowledged_s),
            ('contacted', e.contacted_s), ('resolved', e.resolved_s), ('closed', e.closed_s)
        ) as v (step, s)
    where v.s is not null
    group by e.month, v.step
)

select month, step, incidents, cast(round(seconds[1]) as bigint) as p50_s, cast(round(seconds[2]) as bigint) as p90_s
from taken
order by month, step
