-- grain: one row per order and node that the rule holds for, the latest first: what it has done, or would have done
select k.order_id, k.node, k.state, k.verdict, k.asked_at, n.incident_id, n.incident_state, n.dismissed_as
from rule_asked as k
left join lateral (
    select i.incident_id, i.state as incident_state, i.dismissed_as
    from anomaly as a
    inner join incident_member as m on a.anomaly_id = m.anomaly_id
    inner join incident as i on m.incident_id = i.incident_id and i.state <> 'merged'
    where a.order_id = k.order_id and a.node = k.node
    order by i.incident_id desc
    limit 1
) as n on true
where k.rule_id = :rule_id and k.matched
order by k.asked_at desc, k.order_id
limit :most
