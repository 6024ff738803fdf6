-- grain: one row per order and node whose alert time has come and that nobody has judged, or whose doubt nobody
-- has settled in time, with all a rule may ask
with due as materialized (
    select
        w.order_id, w.node, w.entered_at, w.alert_at, w.threshold_s, w.expected_until, w.granted_until,
        w.promise_alert_at, w.chance
    from order_alert as w
    where
        (w.judged_at is null and w.alert_at <= :now or w.verdict = 'suspect' and exists (
            select 1
            from anomaly as x
            where
                x.order_id = w.order_id and x.node = w.node and x.closed_at is null and x.verdict = 'suspect'
                and x.detected_at <= :triage_before
                and not exists (  -- what a person has looked at is doubtful no more
                    select 1
                    from incident_member as m
                    inner join incident as i on m.incident_id = i.incident_id
                    where m.anomaly_id = x.anomaly_id and i.state = 'dismissed'
                )
        ))
        and w.node = any(:nodes)
        and (w.alert_at, w.order_id, w.node) > (:after_alert_at, :after_order_id, :after_node)
    order by w.alert_at, w.order_id, w.node
    limit :page_size
)

select
    d.order_id,
    d.node,
    d.entered_at,
    d.alert_at,
    d.threshold_s,
    d.expected_until,
    d.granted_until,
    d.promise_alert_at,
    d.chance,
    coalesce(own.samples, whole.samples) as samples,
    coalesce(own.quantiles, whole.quantiles) as quantiles,
    coalesce(own.fallback_level, whole.fallback_level) as alike,
    q.detected_at as in_triage_since,
    g.batch_no, p.working_time, p.ceiling_s,
    to_jsonb(o) as orders,
    to_jsonb(s) as shipment,
    c.tier,
    coalesce(w.requests, '[]') as delay_requests
from due as d
inner join orders as o on d.order_id = o.order_id
inner join order_stage as g on d.order_id = g.order_id and d.node = g.node
inner join node_policy as p on d.node = p.node
left join threshold as own
    on own.version = (select version from threshold_active) and g.cell_id = own.cell_id
left join threshold as whole
    on whole.version = (select version from threshold_active) and whole.cell_id = -d.node
left join lateral shipment_of(d.order_id) as s on true
left join anomaly as q
    on d.order_id = q.order_id and d.node = q.node and q.closed_at is null and q.verdict = 'suspect'
left join customer as c on o.customer_id = c.customer_id
left join lateral (
    select jsonb_agg(to_jsonb(r) order by r.request_id) as requests
    from delay_request as r
    where r.order_id = d.order_id
) as w on true
order by d.alert_at, d.order_id, d.node
