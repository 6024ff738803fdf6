-- grain: one row per order and node; an unchanged passage is not written again
insert into order_stage as known (
    order_id, node, cell_id, calendar_id, entered_at, left_at, batch_no
)
select s.order_id, s.node, c.cell_id, s.calendar_id, s.entered_at, s.left_at, s.batch_no
from changed_stage as s
inner join cell as c
    on s.node = c.node and s.category = c.category and s.region = c.region and s.channel = c.channel
order by s.order_id, s.node
on conflict (order_id, node) do update set
    cell_id = excluded.cell_id,
    calendar_id = excluded.calendar_id,
    entered_at = excluded.entered_at,
    left_at = excluded.left_at,
    batch_no = excluded.batch_no
where (
    excluded.cell_id, excluded.calendar_id, excluded.entered_at, excluded.left_at, excluded.batch_no
) is distinct from (
    known.cell_id, known.calendar_id, known.entered_at, known.left_at, known.batch_no
)
