-- grain: one order in the node in which it waits, one page of those that fit, with the incident that it is late in
with page as (
    select order_id, node, entered_at, alert_at, expected_until, verdict, judged_at
    from order_alert
    where
        verdict is distinct from 'invalid'
        and (cast(:node as smallint) is null or node = :node)
        and (
            :state = 'all'
            or :state = 'late' and verdict in ('anomaly', 'suspect')
            or :state = 'exempt' and verdict is null and expected_until is not null
            or :state = 'unknown' and judged_at is null and alert_at <= :now
            and node = any(cast(:unjudged as smallint[]))
        )
    order by alert_at, order_id, node
    limit :size offset :skip
)

select
    g.order_id, g.node, g.entered_at, g.alert_at, g.expected_until, g.verdict, o.category, o.region, o.channel,
    o.warehouse, o.value_minor, o.currency, a.explanation, i.incident_id, i.level, t.explanation as exempted
from page as g
inner join orders as o on g.order_id = o.order_id
left join anomaly as a on g.order_id = a.order_id and g.node = a.node and a.closed_at is null
left join lateral (
    select x.incident_id, x.level
    from incident_member as m
    inner join incident as x on m.incident_id = x.incident_id and x.state not in ('closed', 'dismissed', 'merged')
    where m.anomaly_id = a.anomaly_id
    order by x.incident_id desc
    limit 1
) as i on true
left join lateral (
    select l.detail -> 'explanation' as explanation
    from timeline as l
    where l.order_id = g.order_id and l.node = g.node and l.event = 'exempted' and g.verdict is null
    order by l.timeline_id desc
    limit 1
) as t on true
order by g.alert_at, g.order_id, g.node
