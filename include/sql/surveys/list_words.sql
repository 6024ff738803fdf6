-- grain: what one customer of an incident said in their own words, the least content first
select w.incident_id, w.score, w.words
from (
    select
        s.incident_id, a.score, a.words,
        row_number() over (partition by s.incident_id order by a.score, a.answer_id) as place
    from survey_answer as a
    inner join survey_invitation as s on a.invitation_id = s.invitation_id
    where s.incident_id = any(cast(:incident_ids as bigint[])) and a.words is not null
) as w
where w.place <= :most
order by w.incident_id, w.place
