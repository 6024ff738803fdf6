-- grain: one improvement that was done long enough ago, and whose metric has not been measured
select m.improvement_id, m.metric, m.target, m.opened_at, m.ended_at
from improvement as m
where
    m.state = 'done' and m.metric is not null and m.ended_at + make_interval(days => :days) <= :now
    and not exists (select 1 from improvement_measure as x where x.improvement_id = m.improvement_id)
order by m.ended_at, m.improvement_id
