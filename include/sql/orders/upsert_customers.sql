-- grain: one row per customer; a changed tier changes the level of the customer's open orders
with upserted as (
    insert into customer as known (customer_id, version, tier)
    select r.customer_id, r.version, r.tier
    from feed_row as f
    cross join lateral jsonb_populate_record(null::customer, f.body) as r
    where f.pull_id = :pull_id
    order by r.customer_id
    on conflict (customer_id) do update
        set
            version = excluded.version,
            tier = excluded.tier
        where excluded.version >= known.version
        and (excluded.version, excluded.tier) is distinct from (known.version, known.tier)
    returning customer_id
)

insert into changed_order (order_id)
select o.order_id
from upserted as u
inner join orders as o on u.customer_id = o.customer_id and o.status = 'open'
on conflict do nothing
