-- grain: one customer who is to be asked and has not been; whose time ends first comes first
select s.invitation_id, s.customer_id
from survey_invitation as s
where s.state = 'planned' and s.effect_id is null and s.ask_by > :now
order by s.ask_by, s.invitation_id
limit :most
