-- grain: one row per node: open orders that get less or more time under the new version than under the old, and those
-- for which a promise decides in one of them
with limits as (
    select
        cell_id, max(threshold_s) filter (where version = :old) as old_s,
        max(threshold_s) filter (where version = :new) as new_s
    from threshold
    where version in (:old, :new)
    group by cell_id
),

waiting as (
    select
        node, cell_id, count(*) as orders,
        count(*) filter (where :promises and promised_at is not null) as promised
    from order_alert
    where judged_at is null
    group by node, cell_id
),

placed as (
    select
        w.node, w.orders, w.promised, coalesce(own.old_s, whole.old_s) as old_s,
        coalesce(own.new_s, whole.new_s) as new_s
    from waiting as w
    left join limits as own on w.cell_id = own.cell_id
    left join limits as whole on whole.cell_id = -w.node
)

select
    node,
    sum(orders) as orders,
    sum(promised) as promised,
    coalesce(sum(orders - promised) filter (where new_s < old_s), 0) as less,
    coalesce(sum(orders - promised) filter (where new_s > old_s), 0) as more
from placed
group by node
order by node
