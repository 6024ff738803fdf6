-- a changed order is asked anew: an exemption granted on the old facts no longer counts
insert into alert_input (
    order_id, node, cell_id, calendar_id, entered_at, platform_deadline_at, stopped_at, ordered_at, promised_at
)
select
    s.order_id, s.node, c.cell_id, s.calendar_id, s.entered_at, s.platform_deadline_at, s.stopped_at, s.ordered_at,
    s.promised_at
from changed_stage as s
inner join cell as c
    on s.node = c.node and s.category = c.category and s.region = c.region and s.channel = c.channel
where s.waiting
