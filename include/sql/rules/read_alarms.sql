-- grain: one row per order, node and incident in which it was alarmed since :since, with everything that was said about
-- it; a storm says nothing about the kind of its orders, and what people report themselves is no alarm
with rated as (
    -- the last word of everybody who has rated the whole response or a step
    select distinct on (r.incident_id, r.step, r.rated_by)
        r.incident_id, r.at, r.false_alarm_because
    from rating as r
    order by r.incident_id, r.step, r.rated_by, r.rating_id desc
),

size as (
    select incident_id, count(*) as members from incident_member
    group by incident_id
)

select
    a.order_id, a.node, i.incident_id, a.detected_at, a.evidence -> 'reasons' as reasons,
    i.state, i.dismissed_as, i.root_cause, i.closed_at, i.acknowledged_at, i.resolved_at,
    s.members, g.entered_at, g.left_at,
    to_jsonb(o) as orders, to_jsonb(m) as shipment, c.tier,
    (
        select max(r.at) from rated as r
        where r.incident_id = i.incident_id and r.false_alarm_because ~ '\S'
    ) as rated_at,
    (
        select max(k.complained_at) from complaint as k
        where k.order_id = a.order_id and k.about = 'late'
    ) as complained_at
from anomaly as a
inner join incident_member as im on a.anomaly_id = im.anomaly_id
inner join incident as i on im.incident_id = i.incident_id
inner join size as s on i.incident_id = s.incident_id
inner join orders as o on a.order_id = o.order_id
inner join order_stage as g on a.order_id = g.order_id and a.node = g.node
left join lateral shipment_of(a.order_id) as m on true
left join customer as c on o.customer_id = c.customer_id
where
    a.detected_at >= :since and a.detected_at <= :now and a.reported_by is null
    and i.state <> 'merged' and i.kind <> 'mass_delay'
order by a.order_id, a.node, i.incident_id
