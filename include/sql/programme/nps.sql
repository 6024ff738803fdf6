-- grain: one customer who was asked in a month whether they would recommend us; part: affected by an incident, or one
-- of the others, whose orders were never late; value: the answer from 0 to 10, none where nobody has answered; hit: 9
-- or 10
select
    s.asked_at as at, s.incident_id, s.order_id,
    case when s.incident_id is null then 'others' else 'affected' end as part,
    coalesce(a.score >= 9, false) as hit, cast(a.score as bigint) as value
from survey_invitation as s
left join survey_answer as a on s.invitation_id = a.invitation_id
where s.asked_at >= :since and s.asked_at < :until and s.state in ('sent', 'answered', 'expired')
order by s.asked_at, s.invitation_id
