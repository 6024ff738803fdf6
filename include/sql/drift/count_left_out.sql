-- grain: one row: orders of the window that say nothing about the limits, and those of which nobody knows the end
select
    count(*) filter (where left_out = 'exempt') as exempt,
    count(*) filter (where left_out = 'invalid') as invalid,
    count(*) filter (where left_out = 'cancelled') as cancelled,
    count(*) filter (where left_out is null and due and fate is null) as unknown
from fate
