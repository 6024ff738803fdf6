-- what people have done to an incident since the version that somebody has seen
select t.at, t.actor, t.event, t.detail, p.role
from timeline as t
left join person_action as p on t.action_id = p.action_id
where
    t.incident_id = :incident_id and t.actor not in ('scan', 'orderwatch') and t.event <> 'anomaly_joined'
    and t.timeline_id > coalesce((
        select max(s.timeline_id)
        from timeline as s
        inner join person_action as q on s.action_id = q.action_id
        where s.incident_id = :incident_id and q.edit_version <= :seen_version
    ), 0)
order by t.timeline_id
limit 20
