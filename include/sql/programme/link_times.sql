-- one row: how long one link of the chain took for nine in ten of the incidents that were closed between two instants,
-- in minutes, and how many they were
select
    count(v.s) as cases,
    cast(round(cast(percentile_cont(0.9) within group (order by v.s) / 60 as numeric), 1) as double precision) as value
from incident_times as t
cross join
    lateral (
        values
        ('detected', t.detected_s), ('told', t.told_s), ('acknowledged', t.acknowledged_s),
        ('contacted', t.contacted_s), ('resolved', t.resolved_s), ('closed', t.closed_s)
    ) as v (link, s)
where v.link = :link and t.closed_at >= :since and t.closed_at < :until
