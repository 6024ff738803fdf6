-- every combination of node, category, destination and channel that orders have been seen in
insert into cell (node, category, region, channel)
select distinct s.node, s.category, s.region, s.channel
from changed_stage as s
where not exists (
    select 1 from cell as c
    where c.node = s.node and c.category = s.category and c.region = s.region and c.channel = s.channel
)
