-- rules that are learned from what people said about alarms. What a rule asks never changes: another condition is
-- another rule. It is taken into the shadow by one person and activated by another, and an active one has an end
create table learned_rule (
    rule_id integer generated always as identity primary key,
    kind text not null check (kind in ('check', 'exemption')),
    node smallint references node_policy,  -- of an exemption: where waiting is normal
    asked jsonb not null check (jsonb_typeof(asked) = 'array' and jsonb_array_length(asked) between 1 and 3),
    expected_s bigint check (expected_s between 1 and 30 * 86400),  -- of an exemption: in the node's clock
    state text not null default 'proposed' check (state in ('proposed', 'shadow', 'active', 'retired', 'rejected')),
    proposed_at timestamptz not null,
    proposed_by text not null check (proposed_by ~ '\S'),
    replaces integer references learned_rule check (replaces <> rule_id),
    shadow_at timestamptz,
    shadow_action bigint references person_action,
    active_at timestamptz,
    active_action bigint references person_action,
    expires_at timestamptz,
    reminded_at timestamptz,
    ended_at timestamptz,
    ended_action bigint references person_action,  -- none: its time was up
    constraint learned_rule_exemption check (
        (kind = 'exemption') = (node is not null) and (kind = 'exemption') = (expected_s is not null)
    ),
    constraint learned_rule_shadow check ((shadow_at is null) = (shadow_action is null)),
    constraint learned_rule_active check (
        (active_at is null) = (active_action is null) and (active_at is null) = (expires_at is null)
        and (active_at is null or shadow_at is not null)
    ),
    constraint learned_rule_state check (
        case state
            when 'proposed' then shadow_at is null
            when 'shadow' then shadow_at is not null and active_at is null
            when 'active' then active_at is not null
            else true
        end
    ),
    constraint learned_rule_ended check ((ended_at is null) = (state not in ('retired', 'rejected'))),
    constraint learned_rule_ended_by check (ended_action is null or ended_at is not null),
    constraint learned_rule_expires check (expires_at > active_at)
);
create unique index learned_rule_one_live on learned_rule (kind, coalesce(node, 0), asked)
where state in ('proposed', 'shadow', 'active');
create trigger learned_rule_kept before delete on learned_rule for each row execute function refuse_change();
create trigger learned_rule_not_truncated before truncate on learned_rule
for each statement execute function refuse_change();

create function guard_learned_rule() returns trigger language plpgsql as $$
declare
    first_person text := (select login from person_action where action_id = new.shadow_action);
    second_person text := (select login from person_action where action_id = new.active_action);
begin
    if (old.kind, old.node, old.asked, old.proposed_at, old.proposed_by, old.replaces)
        is distinct from (new.kind, new.node, new.asked, new.proposed_at, new.proposed_by, new.replaces)
        or old.shadow_action is not null and old.shadow_action <> new.shadow_action
        or old.active_action is not null and old.active_action <> new.active_action
        or old.state <> 'proposed' and old.expected_s is distinct from new.expected_s
    then
        raise exception 'rule % cannot be rewritten: another condition is another rule', old.rule_id
            using errcode = 'OW040';
    end if;
    if old.state <> new.state and (old.state, new.state) not in (
        ('proposed', 'shadow'), ('proposed', 'rejected'), ('shadow', 'active'), ('shadow', 'rejected'),
        ('shadow', 'retired'), ('active', 'retired')
    ) then
        raise exception 'rule % cannot go from % to %', old.rule_id, old.state, new.state using errcode = 'OW040';
    end if;
    if second_person = first_person then
        raise exception 'rule % was taken into the shadow by %: a second person activates it', old.rule_id, first_person
            using errcode = 'OW041';
    end if;
    if new.expires_at > business_now() + interval '366 days' then
        raise exception 'rule % would last longer than a year without anybody looking at it', old.rule_id
            using errcode = 'OW040';
    end if;
    if exists (
        select 1 from person_action
        where action_id in (new.shadow_action, new.active_action, new.ended_action) and action <> 'rules'
    ) then
        raise exception 'rule % is decided by an action about something else', old.rule_id using errcode = 'OW040';
    end if;
    return new;
end
$$;
create trigger learned_rule_guarded before update on learned_rule
for each row execute function guard_learned_rule();

-- a rule begins as a proposal, whoever writes it down
create function begin_learned_rule() returns trigger language plpgsql as $$
begin
    if new.state <> 'proposed' then
        raise exception 'a rule begins as a proposal and not as %', new.state using errcode = 'OW040';
    end if;
    return new;
end
$$;
create trigger learned_rule_begun before insert on learned_rule
for each row execute function begin_learned_rule();

-- what spoke for a rule and against it each time it was looked at; the latest counts
create table rule_evidence (
    evidence_id bigint generated always as identity primary key,
    rule_id integer not null references learned_rule,
    run_id text not null check (run_id <> ''),
    at timestamptz not null,
    window_from timestamptz not null,
    false_alarms integer not null check (false_alarms >= 0),
    real_alarms integer not null check (real_alarms >= 0),
    real_delays integer not null check (real_delays >= 0),  -- orders of them that it would have hidden
    unanswered integer not null check (unanswered >= 0),
    incidents integer not null check (incidents >= 0),  -- that would not have been opened
    feedback integer not null check (feedback >= false_alarms),  -- all false alarms of its kind
    ordinary integer not null check (ordinary >= 0),  -- orders that nobody was alarmed about, of …
    population integer not null check (population >= ordinary),
    bound double precision not null check (bound between 0 and 1),
    chance double precision not null check (chance between 0 and 1),
    tried integer not null check (tried >= 1),
    waits integer not null check (waits >= 0),
    wait_median_s bigint,
    wait_p95_s bigint,
    vouchers integer not null check (vouchers >= 0),  -- that were paid about its false alarms
    paid_minor jsonb not null check (jsonb_typeof(paid_minor) = 'object'),
    orders jsonb not null check (jsonb_typeof(orders) = 'array'),
    check (window_from < at),
    unique (rule_id, run_id)
);
create trigger rule_evidence_append_only before update or delete on rule_evidence
for each row execute function refuse_change();
create trigger rule_evidence_not_truncated before truncate on rule_evidence
for each statement execute function refuse_change();

-- grain: one row per rule, order and node that it was asked about while in that state; whether it held, and the verdict
create table rule_asked (
    rule_id integer not null references learned_rule,
    order_id text not null references orders,
    node smallint not null references node_policy,
    state text not null check (state in ('shadow', 'active')),
    matched boolean not null,
    verdict text not null,
    asked_at timestamptz not null,
    primary key (rule_id, state, order_id, node)
);

-- deciding on a rule is an action of its own, with its reason
alter table person_action drop constraint person_action_action_check;
alter table person_action add constraint person_action_action_check check (
    action in (
        'acknowledge', 'pause', 'take_over', 'hand_back', 'merge', 'snooze', 'dismiss', 'close', 'raise_level',
        'lower_level', 'release', 'settle', 'undo', 'report', 'rate', 'silence', 'end_silence', 'quarantine',
        'activate_thresholds', 'rules'
    )
);
alter table person_action drop constraint person_action_reason;
alter table person_action add constraint person_action_reason check (
    action not in (
        'pause', 'take_over', 'snooze', 'dismiss', 'close', 'raise_level', 'lower_level', 'silence', 'settle',
        'undo', 'activate_thresholds', 'rules'
    ) or coalesce(reason ~ '\S', false)
);
