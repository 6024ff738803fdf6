-- grain: one cell whose limit differs between two versions, the most open orders times the largest change first
with limits as (
    select
        cell_id, max(threshold_s) filter (where version = :old) as old_s,
        max(threshold_s) filter (where version = :new) as new_s,
        max(samples) filter (where version = :new) as samples
    from threshold
    where version in (:old, :new) and cell_id > 0
    group by cell_id
),

differing as (
    select *, count(*) over () as total from limits
    where old_s is distinct from new_s
),

waiting as (
    select cell_id, count(*) as orders from order_alert
    where judged_at is null
    group by cell_id
)

select c.node, c.category, c.region, c.channel, d.old_s, d.new_s, d.samples, d.total, coalesce(w.orders, 0) as orders
from differing as d
inner join cell as c on d.cell_id = c.cell_id
left join waiting as w on d.cell_id = w.cell_id
order by
    (1 + coalesce(w.orders, 0)) * abs(ln(cast(greatest(d.new_s, 1) as numeric) / greatest(d.old_s, 1))) desc nulls last,
    d.cell_id
limit :size
