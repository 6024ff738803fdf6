-- whoever was asked and has not answered while the link was valid
update survey_invitation set state = 'expired'
where state in ('planned', 'sent') and valid_until <= :now
returning invitation_id
