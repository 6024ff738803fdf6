-- one row: how long one link of the chain took for nine in ten of the incidents that were closed between two instants,
-- in minutes, and how many they were
select
    count(*) as cases,
    cast(
        round(cast(percentile_cont(0.9) within group (order by l.seconds) / 60 as numeric), 1) as double precision
    ) as value
from incident_link as l
where l.link = :link and l.closed_at >= :since and l.closed_at < :until
