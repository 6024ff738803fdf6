-- grain: one row per wish for later delivery; takes newer versions only; remembers which orders changed
with upserted as (
    insert into delay_request as known (
        request_id, order_id, version, requested_by, requested_at, until_at, state
    )
    select r.request_id, r.order_id, r.version, r.requested_by, r.requested_at, r.until_at, r.state
    from feed_row as f
    cross join lateral jsonb_populate_record(null::delay_request, f.body) as r
    where f.pull_id = :pull_id
    order by r.request_id
    on conflict (request_id) do update
        set
            order_id = excluded.order_id,
            version = excluded.version,
            requested_by = excluded.requested_by,
            requested_at = excluded.requested_at,
            until_at = excluded.until_at,
            state = excluded.state
        where excluded.version >= known.version
        and (
            excluded.order_id, excluded.version, excluded.requested_by, excluded.requested_at,
            excluded.until_at, excluded.state
        ) is distinct from (
            known.order_id, known.version, known.requested_by, known.requested_at,
            known.until_at, known.state
        )
    returning order_id
)

insert into changed_order (order_id)
select order_id from upserted
on conflict do nothing
