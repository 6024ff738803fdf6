-- grain: one customer of one incident that is over, whether they are asked for their opinion or not; or, of a week, one
-- customer whose orders were never late, beside whom the others stand. not_asked: nobody has been, for a reason; an
-- incident without customers has one line of that kind. The token of the link is never kept, only its random number
create table survey_invitation (
    invitation_id bigint generated always as identity primary key,
    incident_id bigint references incident,
    week date check (extract(isodow from week) = 1),  -- of those who were not affected: its Monday
    customer_id text,
    order_id text,  -- the one that the letter speaks of
    planned_at timestamptz not null,
    ask_by timestamptz not null,  -- whoever has not been asked by then is not asked any more
    state text not null default 'planned' check (state in ('planned', 'sent', 'answered', 'expired', 'not_asked')),
    reason text check (
        reason in (
            'opt_out', 'message_cap', 'asked_recently', 'no_address', 'no_customers', 'crm_silent', 'paused', 'no_key',
            'not_delivered', 'no_time'
        )
    ),
    waits_for text check (waits_for in ('message_cap', 'crm_silent', 'paused', 'no_key')),
    channel text check (channel in ('mail', 'call')),
    effect_id bigint references effect,
    link_id text,
    asked_at timestamptz,  -- when the letter or the task was written into the ledger
    valid_until timestamptz,
    sent_at timestamptz,
    changed_at timestamptz not null default business_now(),
    constraint survey_of_what check ((incident_id is null) = (week is not null)),
    constraint survey_once_per_incident unique (incident_id, customer_id),
    constraint survey_once_per_week unique (week, customer_id),
    constraint survey_one_effect unique (effect_id),
    constraint survey_one_link unique (link_id),
    constraint survey_not_asked check ((state = 'not_asked') = (reason is not null)),
    constraint survey_of_nobody check (
        (customer_id is null) = (order_id is null)
        and (customer_id is not null or coalesce(reason = 'no_customers', false))
    ),
    constraint survey_asked check (
        (effect_id is null) = (link_id is null) and (effect_id is null) = (asked_at is null)
        and (effect_id is null) = (valid_until is null) and (effect_id is null or channel is not null)
    ),
    constraint survey_sent check (state not in ('sent', 'answered', 'expired') or effect_id is not null),
    constraint survey_valid check (valid_until > asked_at)
);
create unique index survey_of_no_customer on survey_invitation (incident_id) where customer_id is null;
create index survey_open on survey_invitation (ask_by) where state in ('planned', 'sent');
create index survey_customer on survey_invitation (customer_id, asked_at) where asked_at is not null;
create index survey_incident_changed on survey_invitation (incident_id, changed_at);

create function guard_invitation() returns trigger language plpgsql as $$
begin
    if (old.incident_id, old.week, old.customer_id, old.order_id, old.planned_at, old.ask_by)
        is distinct from (new.incident_id, new.week, new.customer_id, new.order_id, new.planned_at, new.ask_by)
        or old.state <> 'planned' and (old.effect_id, old.link_id, old.asked_at, old.valid_until, old.channel)
        is distinct from (new.effect_id, new.link_id, new.asked_at, new.valid_until, new.channel)
    then
        raise exception 'invitation % cannot be rewritten', old.invitation_id using errcode = 'OW060';
    end if;
    if old.state <> new.state and (old.state, new.state) not in (
        ('planned', 'sent'), ('planned', 'answered'), ('planned', 'expired'), ('planned', 'not_asked'),
        ('sent', 'answered'), ('sent', 'expired')
    ) then
        raise exception 'invitation % cannot go from % to %', old.invitation_id, old.state, new.state
            using errcode = 'OW060';
    end if;
    new.changed_at := business_now();
    return new;
end
$$;
create trigger survey_invitation_guarded before update on survey_invitation
for each row execute function guard_invitation();
create trigger survey_invitation_kept before delete on survey_invitation
for each row execute function refuse_change();
create trigger survey_invitation_not_truncated before truncate on survey_invitation
for each statement execute function refuse_change();
