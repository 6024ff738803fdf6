-- one row: an invitation as a link names it
select s.invitation_id, s.incident_id, s.customer_id, s.order_id, s.state, s.channel, s.valid_until, s.link_id
from survey_invitation as s
where s.invitation_id = :invitation_id
