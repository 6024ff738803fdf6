-- the answer, once
insert into survey_answer (invitation_id, at, score, words, channel)
select s.invitation_id, :now, :score, :words, s.channel
from survey_invitation as s
where s.invitation_id = :invitation_id and s.state in ('planned', 'sent')
on conflict (invitation_id) do nothing
returning answer_id
