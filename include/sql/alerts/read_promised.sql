-- grain: one row per order that was promised a day, in epoch seconds, with what makes it alike to others
select
    i.order_id, i.node, c.category, c.region, c.channel,
    floor(extract(epoch from coalesce(i.ordered_at, i.entered_at)))::bigint as ordered_s,
    floor(extract(epoch from i.entered_at))::bigint as entered_s,
    floor(extract(epoch from i.promised_at))::bigint as promised_s
from alert_input as i
inner join cell as c on i.cell_id = c.cell_id
where i.promised_at is not null
