-- what keeps a customer from being asked for now
update survey_invitation set waits_for = :waits_for
where invitation_id = :invitation_id and state = 'planned' and waits_for is distinct from :waits_for
