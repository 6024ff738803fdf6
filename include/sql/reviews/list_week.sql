-- grain: one incident of level 0 or 1 that ended in a week and had most of its orders in one step (0: it had none)
select r.incident_id
from incident_review as r
inner join incident as i on r.incident_id = i.incident_id
left join lateral (
    select mode() within group (order by a.node) as node
    from incident_member as m
    inner join anomaly as a on m.anomaly_id = a.anomaly_id
    where m.incident_id = i.incident_id
) as n on true
where
    i.level <= 1 and r.state <> 'excused' and r.ended_at >= :since and r.ended_at < :until
    and coalesce(n.node, 0) = :node
order by r.ended_at, r.incident_id
