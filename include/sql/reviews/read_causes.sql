-- grain: one row per incident with its distinct orders by what was recorded of them when they became late
with member as (
    select
        m.incident_id, a.order_id, a.node, a.entered_at, a.alert_at, a.detected_at, a.evidence,
        g.calendar_id, o.warehouse, o.channel,
        s.carrier, o.lines,
        coalesce(a.evidence -> 'cause', '[]') as cause
    from incident_member as m
    inner join anomaly as a on m.anomaly_id = a.anomaly_id
    inner join orders as o on a.order_id = o.order_id
    left join order_stage as g on a.order_id = g.order_id and a.node = g.node
    left join lateral shipment_of(a.order_id) as s on true
    where m.incident_id = any(:incident_ids)
),

named as (
    -- what the warehouse says is wrong: one of the order's articles, which is short, or else a fault code
    select
        m.incident_id, m.order_id, c.what,
        m.lines @> jsonb_build_array(jsonb_build_object('sku', c.what)) as short
    from member as m
    cross join lateral jsonb_array_elements_text(m.cause) as c (what)
),

wrong as (
    select
        incident_id,
        count(distinct order_id) filter (where short) as short,
        mode() within group (order by what) filter (where short) as sku,
        count(distinct order_id) filter (where not short) as faulty,
        mode() within group (order by what) filter (where not short) as fault_code
    from named
    group by incident_id
),

main as (
    select
        incident_id,
        mode() within group (order by node) as node,
        mode() within group (order by warehouse) as warehouse,
        mode() within group (order by carrier) filter (where node >= 4) as carrier,
        mode() within group (order by channel) as channel,
        mode() within group (
            order by
                jsonb_path_query_first(
                    evidence,
                    '$.exemptions[*] ? (@.facts.reason == "hold" || @.facts.reason == "documents_missing").facts.route'
                ) #>> '{}'
        ) as route,
        mode() within group (
            order by
                jsonb_path_query_first(
                    evidence, '$.exemptions[*] ? (@.facts.reason == "not_acknowledged").facts.supplier'
                ) #>> '{}'
        ) as supplier
    from member
    group by incident_id
),

closed_day as (
    -- public holidays of the office: outside the clock of a step that counts working time, inside that of the road
    select d.day, d.reason, c.zone
    from calendar_day as d
    inner join calendar as c on d.calendar_id = c.calendar_id
    where c.code = 'office' and d.windows = '[]' and d.reason is not null
),

over as (
    select
        m.incident_id, count(distinct m.order_id) as orders, mode() within group (order by d.reason) as holiday
    from member as m
    inner join closed_day as d
        on d.day between (m.entered_at at time zone d.zone)::date and (m.detected_at at time zone d.zone)::date
    where m.calendar_id is null
    group by m.incident_id
),

counted as (
    select
        m.incident_id,
        count(distinct m.order_id) as orders,
        min(m.entered_at) as entered_at,
        max(m.alert_at) as late_at,
        count(distinct m.order_id) filter (
            -- on the road, the hands are the carrier's
            where m.node = n.node and m.warehouse = n.warehouse and m.node < 5
        ) as in_place,
        count(distinct m.order_id) filter (where m.node >= 4 and m.carrier = n.carrier) as with_carrier,
        count(distinct m.order_id) filter (where m.node = n.node and m.carrier = n.carrier) as carrier_late,
        count(distinct m.order_id) filter (
            where jsonb_path_exists(
                m.evidence, '$.exemptions[*] ? (@.facts.reason == "hold" || @.facts.reason == "documents_missing")'
            )
        ) as customs,
        count(distinct m.order_id) filter (
            where jsonb_path_exists(m.evidence, '$.exemptions[*] ? (@.facts.reason == "not_acknowledged")')
        ) as supplier_silent,
        count(distinct m.order_id) filter (
            where jsonb_path_exists(m.evidence, '$.exemptions[*] ? (@.facts.reason == "asked_by_seller")')
            or jsonb_path_exists(m.lines, '$[*] ? (@.ship_by > @.original_ship_by)')
        ) as moved_by_seller,
        count(distinct m.order_id) filter (
            where jsonb_path_exists(
                m.evidence, '$.checks[*] ? (@.check == "address_incomplete" && @.outcome == "match")'
            )
        ) as address_incomplete,
        count(distinct m.order_id) filter (
            where jsonb_path_exists(m.evidence, '$.checks[*] ? (@.check == "placeholder" && @.outcome == "match")')
        ) as placeholder
    from member as m
    inner join main as n on m.incident_id = n.incident_id
    group by m.incident_id
)

select
    c.incident_id, c.orders, c.entered_at, c.late_at, n.node, n.warehouse, n.carrier, n.channel, n.route, n.supplier,
    c.in_place, c.with_carrier, c.carrier_late, c.customs, c.supplier_silent, c.moved_by_seller,
    c.address_incomplete, c.placeholder,
    coalesce(w.short, 0) as short, coalesce(w.sku, '') as sku,
    coalesce(w.faulty, 0) as faulty, coalesce(w.fault_code, '') as fault_code,
    coalesce(v.orders, 0) as over_holiday, coalesce(v.holiday, '') as holiday
from counted as c
inner join main as n on c.incident_id = n.incident_id
left join wrong as w on c.incident_id = w.incident_id
left join over as v on c.incident_id = v.incident_id
order by c.incident_id
