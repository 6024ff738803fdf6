-- grain: one row per shipment; takes newer versions only; remembers which orders changed
with upserted as (
    insert into shipment as known (
        shipment_id, order_id, version, status, warehouse, wave_no, manifest_no, carrier, created_at,
        printed_at, picked_at, shipped_at, signed_at, shortage_skus, fault_code, packages,
        customs_status, customs_entered_at, customs_route
    )
    select
        r.shipment_id,
        r.order_id,
        r.version,
        r.status,
        coalesce(r.warehouse, 'unknown'),
        r.wave_no,
        r.manifest_no,
        r.carrier,
        r.created_at, r.printed_at, r.picked_at, r.shipped_at, r.signed_at, r.shortage_skus, r.fault_code,
        r.packages, r.customs_status, r.customs_entered_at, r.customs_route
    from feed_row as f
    cross join lateral jsonb_populate_record(null::shipment, f.body) as r
    where f.pull_id = :pull_id
    order by r.shipment_id
    on conflict (shipment_id) do update
        set
            order_id = excluded.order_id,
            version = excluded.version,
            status = excluded.status,
            warehouse = excluded.warehouse,
            wave_no = excluded.wave_no,
            manifest_no = excluded.manifest_no,
            carrier = excluded.carrier,
            created_at = excluded.created_at,
            printed_at = excluded.printed_at,
            picked_at = excluded.picked_at,
            shipped_at = excluded.shipped_at,
            signed_at = excluded.signed_at,
            shortage_skus = excluded.shortage_skus,
            fault_code = excluded.fault_code,
            packages = excluded.packages,
            customs_status = excluded.customs_status,
            customs_entered_at = excluded.customs_entered_at,
            customs_route = excluded.customs_route
        where excluded.version >= known.version
        and (
            excluded.order_id, excluded.version, excluded.status, excluded.warehouse, excluded.wave_no,
            excluded.manifest_no, excluded.carrier, excluded.created_at, excluded.printed_at,
            excluded.picked_at, excluded.shipped_at, excluded.signed_at, excluded.shortage_skus,
            excluded.fault_code, excluded.packages, excluded.customs_status, excluded.customs_entered_at,
            excluded.customs_route
        ) is distinct from (
            known.order_id, known.version, known.status, known.warehouse, known.wave_no,
            known.manifest_no, known.carrier, known.created_at, known.printed_at,
            known.picked_at, known.shipped_at, known.signed_at, known.shortage_skus,
            known.fault_code, known.packages, known.customs_status, known.customs_entered_at,
            known.customs_route
        )
    returning order_id
)

insert into changed_order (order_id)
select order_id from upserted
on conflict do nothing
