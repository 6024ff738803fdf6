-- grain: one line of an incident's timeline, oldest first, with the role in which a person acted
select t.timeline_id, t.at, t.event, t.actor, t.order_id, t.node, t.detail, p.role, p.edit_version
from timeline as t
left join person_action as p on t.action_id = p.action_id
where t.incident_id = :incident_id and t.timeline_id > :after
order by t.timeline_id
limit :size
