-- grain: one row per order; takes newer versions only; remembers which orders changed
with upserted as (
    insert into orders as known (
        order_id, version, status, kind, payment, channel, region, category, customer_id, warehouse,
        paid_at, balance_paid_at, approved_at, value_minor, currency, platform_deadline_at, promised_at,
        flags, lines, entered_by, appointment_at
    )
    select
        r.order_id, r.version, r.status, r.kind, r.payment,
        coalesce(r.channel, 'unknown'), coalesce(r.region, 'unknown'), coalesce(r.category, 'unknown'),
        r.customer_id,
        coalesce(r.warehouse, 'unknown'),
        r.paid_at,
        r.balance_paid_at,
        r.approved_at,
        r.value_minor,
        r.currency,
        r.platform_deadline_at, r.promised_at, r.flags, r.lines, r.entered_by, r.appointment_at
    from feed_row as f
    cross join lateral jsonb_populate_record(null::orders, f.body) as r
    where f.pull_id = :pull_id
    order by r.order_id
    on conflict (order_id) do update
        set
            version = excluded.version,
            status = excluded.status,
            kind = excluded.kind,
            payment = excluded.payment,
            channel = excluded.channel,
            region = excluded.region,
            category = excluded.category,
            customer_id = excluded.customer_id,
            warehouse = excluded.warehouse,
            paid_at = excluded.paid_at,
            balance_paid_at = excluded.balance_paid_at,
            approved_at = excluded.approved_at,
            value_minor = excluded.value_minor,
            currency = excluded.currency,
            platform_deadline_at = excluded.platform_deadline_at,
            promised_at = excluded.promised_at,
            flags = excluded.flags,
            lines = excluded.lines,
            entered_by = excluded.entered_by,
            appointment_at = excluded.appointment_at
        where excluded.version >= known.version
        and (
            excluded.version, excluded.status, excluded.kind, excluded.payment, excluded.channel,
            excluded.region, excluded.category, excluded.customer_id, excluded.warehouse, excluded.paid_at,
            excluded.balance_paid_at, excluded.approved_at, excluded.value_minor, excluded.currency,
            excluded.platform_deadline_at, excluded.promised_at, excluded.flags, excluded.lines,
            excluded.entered_by, excluded.appointment_at
        ) is distinct from (
            known.version, known.status, known.kind, known.payment, known.channel,
            known.region, known.category, known.customer_id, known.warehouse, known.paid_at,
            known.balance_paid_at, known.approved_at, known.value_minor, known.currency,
            known.platform_deadline_at, known.promised_at, known.flags, known.lines,
            known.entered_by, known.appointment_at
        )
    returning order_id
)

insert into changed_order (order_id)
select order_id from upserted
on conflict do nothing
