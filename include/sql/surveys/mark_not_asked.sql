-- a customer is not asked, for a reason
update survey_invitation set state = 'not_asked', reason = :reason
where invitation_id = :invitation_id and state = 'planned'
