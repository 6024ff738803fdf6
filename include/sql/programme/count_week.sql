-- grain: one level and cause of the incidents that began in a week, the gravest first; no cause where it is not known
-- (yet). What was dismissed or merged is not counted
select i.level, r.cause, count(*) as incidents
from incident as i
left join incident_review as r on i.incident_id = r.incident_id
where i.opened_at >= :since and i.opened_at < :until and i.state not in ('dismissed', 'merged')
group by i.level, r.cause
order by i.level desc, count(*) desc, r.cause
