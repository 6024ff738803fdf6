-- grain: one open order whose limit differs between two versions, one page, those that lose most of their time first
with limits as (
    select
        cell_id, max(threshold_s) filter (where version = :old) as old_s,
        max(threshold_s) filter (where version = :new) as new_s
    from threshold
    where version in (:old, :new)
    group by cell_id
)

select
    a.order_id, a.node, a.entered_at, a.alert_at, coalesce(own.old_s, whole.old_s) as old_s,
    coalesce(own.new_s, whole.new_s) as new_s
from order_alert as a
left join limits as own on a.cell_id = own.cell_id
left join limits as whole on whole.cell_id = -a.node
where
    a.judged_at is null
    and (cast(:node as smallint) is null or a.node = :node)
    and not (:promises and a.promised_at is not null)
    and case cast(:change as text)
        when 'less' then coalesce(own.new_s, whole.new_s) < coalesce(own.old_s, whole.old_s)
        else coalesce(own.new_s, whole.new_s) > coalesce(own.old_s, whole.old_s)
    end
order by
    cast(coalesce(own.new_s, whole.new_s) as double precision) / greatest(coalesce(own.old_s, whole.old_s), 1),
    a.alert_at, a.order_id, a.node
limit :size offset :skip
