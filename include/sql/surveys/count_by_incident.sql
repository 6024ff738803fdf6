-- grain: one incident and what became of asking its customers: how many are in a state, and what they answered
select
    s.incident_id, s.state, s.reason, a.score >= 9 as promoter, a.score <= 6 as detractor, count(*) as customers
from survey_invitation as s
left join survey_answer as a on s.invitation_id = a.invitation_id
where s.incident_id = any(cast(:incident_ids as bigint[]))
group by s.incident_id, s.state, s.reason, a.score >= 9, a.score <= 6
order by s.incident_id, s.state, s.reason, promoter, detractor
