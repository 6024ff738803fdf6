-- grain: one improvement that somebody has to hear of, with the level of its incident and who began it
select
    m.improvement_id, m.title, m.owner, m.due, m.incident_id, m.playbook, i.level, b.login as opened_by
from improvement as m
inner join person_action as b on m.opened_action = b.action_id
left join incident as i on m.incident_id = i.incident_id
where m.improvement_id = any(:improvement_ids)
order by m.due, m.improvement_id
