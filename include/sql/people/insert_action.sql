-- checked by the guard of the table: role, right, and that the incident is as the person has seen it
insert into person_action (
    at, action, login, role, incident_id, into_id, order_id, subject, level, amount_minor, currency, reason, until,
    seen_version
)
values (
    :now, :action, :login, :role, :incident_id, :into_id, :order_id, :subject, :level, :amount_minor, :currency,
    :reason, :until, :seen_version
)
returning action_id, edit_version
