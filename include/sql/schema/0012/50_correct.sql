-- people may say what the cause of an incident was, also long after it is over, and with a reason
alter table person_action drop constraint person_action_action_check;
alter table person_action add constraint person_action_action_check check (
    action in (
        'acknowledge', 'pause', 'take_over', 'hand_back', 'merge', 'snooze', 'dismiss', 'close', 'raise_level',
        'lower_level', 'release', 'settle', 'undo', 'report', 'rate', 'silence', 'end_silence', 'quarantine',
        'activate_thresholds', 'rules', 'improve', 'correct_cause'
    )
);
alter table person_action drop constraint person_action_reason;
alter table person_action add constraint person_action_reason check (
    action not in (
        'pause', 'take_over', 'snooze', 'dismiss', 'close', 'raise_level', 'lower_level', 'silence', 'settle',
        'undo', 'activate_thresholds', 'rules', 'correct_cause'
    ) or coalesce(reason ~ '\S', false)
);

alter table incident_review
add column reminders smallint not null default 0 check (reminders >= 0);
