-- grain: one incident whose review is late, or lacks what only a person can say, the longest due first
select r.incident_id, i.level, r.due_at, r.state, r.missing
from incident_review as r
inner join incident as i on r.incident_id = i.incident_id
where r.state in ('waiting', 'breached')
order by r.due_at, r.incident_id
limit 50
