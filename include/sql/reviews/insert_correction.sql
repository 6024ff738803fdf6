-- what a person says the cause was, beside what the rules said in the latest document
insert into review_correction (
    at, incident_id, given, login, root_cause, cause, reason, said_cause, said_confidence, wrong_rule, action_id
)
values (
    :now, :incident_id, 'review', :login, :root_cause, :cause, :reason, :said_cause, :said_confidence, :wrong_rule,
    :action_id
)
returning correction_id
