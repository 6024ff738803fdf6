-- the effect ledger: nothing leaves the house without an intent written here first
create table sink (
    sink text primary key,
    class text not null check (class in ('idempotent', 'blind')),
    lease interval not null,
    key_retention interval not null default interval '0'
);
insert into sink (sink, class, lease, key_retention) values
('wecom_app', 'idempotent', '2 minutes', '3 hours 50 minutes'),
('wecom_robot', 'blind', '2 minutes', default),
('mail', 'blind', '3 minutes', default);

create table effect (
    effect_id bigint generated always as identity primary key,
    effect_key text not null unique,
    family text not null check (family in ('opened', 'digest', 'resolved', 'task_failed')),
    sink text not null references sink,
    recipient text not null,
    payload jsonb not null,
    level smallint not null check (level between 0 and 3),
    state text not null default 'planned'
    check (state in ('planned', 'sending', 'delivered', 'unknown', 'needs_human', 'failed', 'expired')),
    planned_at timestamptz not null,
    valid_until timestamptz not null,
    next_attempt_at timestamptz not null,
    attempts integer not null default 0,
    fence integer not null default 0,
    lease_until timestamptz,
    first_sent_at timestamptz,
    delivered_at timestamptz,
    last_error text,
    check ((state = 'sending') = (lease_until is not null)),
    check ((state = 'delivered') = (delivered_at is not null)),
    check (valid_until > planned_at)
);
create index effect_waiting on effect (next_attempt_at) where state in ('planned', 'sending', 'unknown');

create table effect_incident (
    effect_id bigint not null references effect,
    incident_id bigint not null references incident,
    primary key (effect_id, incident_id)
);
create index effect_incident_incident on effect_incident (incident_id);

create table effect_transition (
    before text not null,
    after text not null,
    primary key (before, after)
);
insert into effect_transition (before, after) values
('planned', 'sending'), ('planned', 'expired'),
('sending', 'delivered'), ('sending', 'planned'), ('sending', 'failed'), ('sending', 'unknown'),
('unknown', 'sending'), ('unknown', 'needs_human'),
('needs_human', 'delivered'), ('needs_human', 'failed');

create table effect_event (
    event_id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    effect_id bigint not null references effect,
    before text,
    after text not null,
    fence integer not null,
    note text
);
create trigger effect_event_append_only before update or delete on effect_event
for each row execute function refuse_change();
create trigger effect_event_not_truncated before truncate on effect_event
for each statement execute function refuse_change();
create trigger effect_kept before delete on effect
for each row execute function refuse_change();

create function guard_effect() returns trigger language plpgsql as $$
declare
    kind text;
    retention interval;
begin
    if (old.effect_key, old.family, old.sink, old.recipient, old.payload, old.planned_at)
        is distinct from (new.effect_key, new.family, new.sink, new.recipient, new.payload, new.planned_at)
    then
        raise exception 'effect % cannot be rewritten once planned', old.effect_id using errcode = 'OW002';
    end if;
    if old.state = new.state then
        return new;
    end if;
    if not exists (select 1 from effect_transition where before = old.state and after = new.state) then
        raise exception 'effect % cannot go from % to %', old.effect_id, old.state, new.state
        using errcode = 'OW003';
    end if;
    if old.state = 'unknown' and new.state = 'sending' then
        select class, key_retention into kind, retention from sink where sink = old.sink;
        if kind <> 'idempotent' or clock_timestamp() - old.first_sent_at > retention then
            raise exception 'effect % may have arrived: % does not recognise a repeat', old.effect_id, old.sink
            using errcode = 'OW004';
        end if;
    end if;
    return new;
end
$$;
create trigger effect_guarded before update on effect for each row execute function guard_effect();

create function record_effect() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into effect_event (effect_id, before, after, fence)
        values (new.effect_id, null, new.state, new.fence);
    elsif old.state <> new.state then
        insert into effect_event (effect_id, before, after, fence, note)
        values (new.effect_id, old.state, new.state, new.fence, new.last_error);
    end if;
    return null;
end
$$;
create trigger effect_recorded after insert or update on effect
for each row execute function record_effect();

-- a decision taken on old data, or on a clock that runs ahead, must not become a message
create function refuse_stale_effect() returns trigger language plpgsql as $$
begin
    if new.planned_at < business_now() - interval '45 minutes'
        or new.planned_at > business_now() + interval '5 minutes'
    then
        raise exception 'the decision of % is not of now (%): nothing is sent', new.planned_at, business_now()
        using errcode = 'OW005';
    end if;
    return new;
end
$$;
create trigger effect_fresh before insert on effect for each row execute function refuse_stale_effect();
