-- grain: one node that an order has been in: when it came and left, and how long orders like it may stay there
select
    s.node, s.entered_at, s.left_at, coalesce(own.threshold_s, whole.threshold_s) as threshold_s, p.working_time
from order_stage as s
inner join node_policy as p on s.node = p.node
left join threshold as own
    on own.version = (select version from threshold_active) and s.cell_id = own.cell_id
left join threshold as whole
    on whole.version = (select version from threshold_active) and whole.cell_id = -s.node
where s.order_id = :order_id
order by s.node
