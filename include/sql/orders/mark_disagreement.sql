-- the shop calls the order finished while the warehouse has not seen it signed for, the warehouse has cancelled what
-- the shop still waits for, or one of them has silently dropped what our books hold open: since when?
update orders as o set sources_disagree_since = d.since
from (
    select
        k.order_id,
        case
            when
                k.status = 'completed' and s.status = 'open'
                or k.status = 'open' and s.status = 'cancelled'
                or k.status = 'open' and (k.missing_since is not null or s.missing_since is not null)
                then coalesce(k.sources_disagree_since, cast(:now as timestamptz))
        end as since
    from changed_order as c
    inner join orders as k on c.order_id = k.order_id
    left join lateral shipment_of(c.order_id) as s on true
) as d
where o.order_id = d.order_id and o.sources_disagree_since is distinct from d.since
