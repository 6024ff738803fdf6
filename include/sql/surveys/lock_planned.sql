-- one row: a customer who is still to be asked; nobody else asks them meanwhile
select s.invitation_id, s.incident_id, s.customer_id, s.order_id, s.channel
from survey_invitation as s
where s.invitation_id = :invitation_id and s.state = 'planned' and s.effect_id is null
for update
