-- orders believed lost that their source names after all
with again as (
    update orders as o set missing_since = null
    from feed_row as f
    where f.pull_id = :pull_id and o.order_id = f.body ->> 'order_id' and o.missing_since is not null
    returning o.order_id
)

insert into changed_order (order_id)
select order_id from again
on conflict do nothing
