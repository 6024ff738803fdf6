-- grain: one row per node: what waits there, and the limit of the whole node in the version in force
select
    l.node, l.counted_at, l.judged, l.waiting, l.late, l.exempt, l.unknown, l.oldest_at, l.ages,
    t.threshold_s, p.working_time
from node_load as l
inner join node_policy as p on l.node = p.node
left join threshold as t
    on t.version = (select version from threshold_active) and t.cell_id = -l.node
order by l.node
