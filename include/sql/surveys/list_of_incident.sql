-- grain: one customer of an incident, whether they were asked, and what they answered; whoever answered comes first
select
    s.invitation_id, s.customer_id, s.order_id, s.state, s.reason, s.waits_for, s.channel, s.asked_at, s.sent_at,
    s.valid_until, a.at as answered_at, a.score, a.words,
    count(*) over () as total
from survey_invitation as s
left join survey_answer as a on s.invitation_id = a.invitation_id
where s.incident_id = :incident_id
order by a.score nulls last, s.state, s.invitation_id
limit :most
