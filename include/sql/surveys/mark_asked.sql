-- the letter, or the task, stands in the ledger
update survey_invitation set
    channel = :channel, effect_id = :effect_id, link_id = :link_id, asked_at = :now, valid_until = :valid_until,
    waits_for = null
where invitation_id = :invitation_id and state = 'planned'
