-- grain: one order of an incident, those that were late first: what was recorded of it, when its customer was written
-- to and complained; marks: what it counts for in the review, by the words of the rules of evidence
with member as (
    select
        a.order_id, a.node, a.entered_at, a.alert_at, a.detected_at, a.closed_at, a.evidence, g.calendar_id,
        o.warehouse, o.customer_id, o.lines, s.carrier, coalesce(a.evidence -> 'cause', '[]') as cause
    from incident_member as m
    inner join anomaly as a on m.anomaly_id = a.anomaly_id
    inner join orders as o on a.order_id = o.order_id
    left join order_stage as g on a.order_id = g.order_id and a.node = g.node
    left join lateral shipment_of(a.order_id) as s on true
    where m.incident_id = :incident_id
),

main as (
    select
        mode() within group (order by node) as node,
        mode() within group (order by warehouse) as warehouse,
        mode() within group (order by carrier) filter (where node >= 4) as carrier
    from member
),

closed_day as (
    select d.day, c.zone
    from calendar_day as d
    inner join calendar as c on d.calendar_id = c.calendar_id
    where c.code = 'office' and d.windows = '[]' and d.reason is not null
),

marked as (
    select
        m.order_id, m.node, m.entered_at, m.alert_at, m.detected_at, m.closed_at, m.warehouse, m.carrier,
        m.customer_id, m.cause,
        array_remove(
            array[
                case
                    when exists (
                        select 1 from jsonb_array_elements_text(m.cause) as c (what)
                        where m.lines @> jsonb_build_array(jsonb_build_object('sku', c.what))
                    ) then 'stock_shortage'
                end,
                case
                    when exists (
                        select 1 from jsonb_array_elements_text(m.cause) as c (what)
                        where not m.lines @> jsonb_build_array(jsonb_build_object('sku', c.what))
                    ) then 'system_fault'
                end,
                case
                    when m.node = n.node and m.warehouse = n.warehouse and m.node < 5 then 'node_capacity'
                end,
                case when m.node >= 4 and m.carrier = n.carrier then 'carrier_delay' end,
                case
                    when jsonb_path_exists(
                        m.evidence,
                        '$.exemptions[*] ? (@.facts.reason == "hold" || @.facts.reason == "documents_missing")'
                    ) then 'customs_stop'
                end,
                case
                    when m.calendar_id is null and exists (
                        select 1 from closed_day as d
                        where
                            d.day between (m.entered_at at time zone d.zone)::date
                            and (m.detected_at at time zone d.zone)::date
                    ) then 'holiday'
                end,
                case
                    when jsonb_path_exists(m.evidence, '$.exemptions[*] ? (@.facts.reason == "not_acknowledged")')
                        then 'supplier_silent'
                end,
                case
                    when
                        jsonb_path_exists(m.evidence, '$.exemptions[*] ? (@.facts.reason == "asked_by_seller")')
                        or jsonb_path_exists(m.lines, '$[*] ? (@.ship_by > @.original_ship_by)')
                        then 'moved_by_seller'
                end,
                case
                    when jsonb_path_exists(
                        m.evidence, '$.checks[*] ? (@.check == "address_incomplete" && @.outcome == "match")'
                    ) then 'address_incomplete'
                end,
                case
                    when jsonb_path_exists(
                        m.evidence, '$.checks[*] ? (@.check == "placeholder" && @.outcome == "match")'
                    ) then 'placeholder'
                end
            ],
            null
        ) as marks
    from member as m
    cross join main as n
),

together as (
    select
        m.order_id,
        min(m.node) as node,
        min(m.alert_at) as alert_at,
        min(m.detected_at) as detected_at,
        case when bool_and(m.closed_at is not null) then max(m.closed_at) end as left_at,
        min(m.warehouse) as warehouse,
        min(m.carrier) as carrier,
        min(m.customer_id) as customer_id,
        array(
            select distinct x.mark
            from marked as k
            cross join lateral unnest(k.marks) as x (mark)
            where k.order_id = m.order_id
            order by x.mark
        ) as causes,
        (array_agg(m.cause order by m.alert_at))[1] as recorded
    from marked as m
    group by m.order_id
),

told as (
    select
        t.*,
        w.at as written_at,
        p.at as complained_at,
        t.causes
        || array_remove(
            array[
                case when c.tier in ('vip', 'svip') then 'important' end,
                case when w.at is not null then 'contacted' end,
                case when p.at < coalesce(w.at, 'infinity') then 'complained' end
            ],
            null
        ) as marks
    from together as t
    left join customer as c on t.customer_id = c.customer_id
    left join lateral (
        select min(e.delivered_at) as at from effect as e
        where
            e.incident_id = :incident_id and e.order_id = t.order_id and e.side_effect = 'customer'
            and e.state in ('delivered', 'undone')
    ) as w on true
    left join lateral (
        select min(q.complained_at) as at from complaint as q
        where q.order_id = t.order_id and q.about = 'late' and q.complained_at <= :until
    ) as p on true
)

select
    order_id, node, alert_at, detected_at, left_at, warehouse, carrier, recorded, written_at, complained_at, marks,
    count(*) over () as total
from told
where cast(:mark as text) is null or :mark = any(marks)
order by alert_at, order_id
limit :size offset :skip
