-- live incidents whose owner's role is no longer in the policy
select
    i.incident_id, i.level, i.owner_role,
    coalesce((
        select min(a.node)
        from incident_member as m
        inner join anomaly as a on m.anomaly_id = a.anomaly_id
        where m.incident_id = i.incident_id
    ), 1) as node
from incident as i
where i.state not in ('closed', 'dismissed', 'merged') and i.owner_role <> all(:roles)
order by i.incident_id
