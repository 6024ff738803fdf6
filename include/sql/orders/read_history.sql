-- grain: one row per step of every order on its way since :since, with all that checks, exemptions and playbooks may
-- ask; what an order is now, not what it was in that step
select
    s.order_id, s.node, s.entered_at, s.left_at, c.category, o.warehouse, c.region, c.channel,
    coalesce(k.tier, 'regular') as tier, o.value_minor, o.promised_at,
    o.status, o.kind, o.payment, o.currency, o.customer_id, o.flags, o.lines, o.paid_at, o.balance_paid_at,
    o.platform_deadline_at, m.wave_no, m.manifest_no, m.carrier, m.shortage_skus, m.fault_code, m.packages,
    m.customs_status, m.customs_entered_at, m.customs_route,
    w.requests
from order_stage as s
inner join orders as o on s.order_id = o.order_id
inner join cell as c on s.cell_id = c.cell_id
left join customer as k on o.customer_id = k.customer_id
left join lateral shipment_of(o.order_id) as m on true
left join lateral (
    select jsonb_agg(to_jsonb(r) - 'order_id' - 'version' order by r.request_id) as requests
    from delay_request as r
    where r.order_id = o.order_id
) as w on true
where
    exists (
        select 1 from order_stage as f
        where f.order_id = s.order_id and coalesce(f.left_at, 'infinity') >= cast(:since as timestamptz)
    )
order by s.order_id, s.node
