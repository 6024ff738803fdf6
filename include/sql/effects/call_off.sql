-- what a playbook has not begun to send about an incident that a person has ended; taking back goes on
update effect set state = 'cancelled', hold_reason = null, last_error = :why
where incident_id = :incident_id and state in ('planned', 'held') and undoes is null
returning effect_id
