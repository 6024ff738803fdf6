-- grain: one row per order and node that was ever found late, with the incident that it ended in
select
    a.order_id, a.node, a.level, a.detected_at, i.incident_id, i.kind, i.level as incident_level, i.opened_at
from anomaly as a
left join lateral (
    select w.incident_id, w.kind, w.level, w.opened_at
    from incident_member as m
    inner join incident as w on m.incident_id = w.incident_id
    where m.anomaly_id = a.anomaly_id
    order by w.state = 'merged', w.incident_id desc
    limit 1
) as i on true
where a.verdict = 'anomaly'
order by a.order_id, a.node
