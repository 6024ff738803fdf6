-- what a person says the cause was, beside what the rules had said, and which rule that proves wrong (none: they agree,
-- or the rules had left it open). The last word counts, every word is kept
create table review_correction (
    correction_id bigint generated always as identity primary key,
    at timestamptz not null,
    incident_id bigint not null references incident_review,
    given text not null check (given in ('close', 'review')),  -- when: at the close, or on the review
    login text not null check (login ~ '\S'),
    root_cause text not null check (root_cause in ('system', 'human', 'external')),
    cause text,
    reason text not null check (reason ~ '\S'),
    said_cause text,
    said_confidence numeric not null check (said_confidence between 0 and 1),
    wrong_rule text,
    action_id bigint references person_action,
    constraint review_correction_wrong check (wrong_rule is null or coalesce(wrong_rule = said_cause, false)),
    constraint review_correction_agrees check (
        wrong_rule is null or said_cause is null or cause is distinct from said_cause
    ),
    constraint review_correction_by check ((given = 'review') = (action_id is not null))
);
create unique index review_correction_at_close on review_correction (incident_id) where given = 'close';
create unique index review_correction_once on review_correction (action_id) where action_id is not null;
create index review_correction_rule on review_correction (wrong_rule) where wrong_rule is not null;
create trigger review_correction_append_only before update or delete on review_correction
for each row execute function refuse_change();
create trigger review_correction_not_truncated before truncate on review_correction
for each statement execute function refuse_change();
