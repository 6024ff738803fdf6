-- shipments believed lost that their source names after all
with again as (
    update shipment as s set missing_since = null
    from feed_row as f
    where f.pull_id = :pull_id and s.shipment_id = f.body ->> 'shipment_id' and s.missing_since is not null
    returning s.order_id
)

insert into changed_order (order_id)
select order_id from again
on conflict do nothing
