-- grain: those who were affected by an incident, and the others, among whoever was asked between two instants
select
    s.incident_id is not null as affected,
    count(*) as asked,
    count(a.answer_id) as answered,
    count(*) filter (where a.score >= 9) as promoters,
    count(*) filter (where a.score between 7 and 8) as passives,
    count(*) filter (where a.score <= 6) as detractors
from survey_invitation as s
left join survey_answer as a on s.invitation_id = a.invitation_id
where s.asked_at >= :since and s.asked_at < :until and s.state in ('sent', 'answered', 'expired')
group by s.incident_id is not null
