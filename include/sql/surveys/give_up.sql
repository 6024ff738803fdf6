-- whoever could not be asked in time is not asked any more: for what it waited last, else there was no time
update survey_invitation set state = 'not_asked', reason = coalesce(waits_for, 'no_time')
where state = 'planned' and effect_id is null and ask_by <= :now
returning invitation_id
