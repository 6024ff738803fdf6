-- what people did by hand: in whose name, in which role, why, on what they had seen; never changed, never deleted
create table person_action (
    action_id bigint generated always as identity primary key,
    at timestamptz not null,
    action text not null check (
        action in (
            'acknowledge', 'pause', 'take_over', 'hand_back', 'merge', 'snooze', 'dismiss', 'close', 'raise_level',
            'lower_level', 'release', 'settle', 'undo', 'report', 'rate', 'silence', 'end_silence', 'quarantine',
            'activate_thresholds'
        )
    ),
    login text not null check (login ~ '\S'),
    role text not null,
    incident_id bigint references incident,
    into_id bigint references incident,  -- of a merger: what it becomes a part of
    order_id text,
    subject text,  -- of what is no incident and no order: a playbook, a silence, a record, a version
    level smallint not null check (level between 0 and 3),
    amount_minor bigint not null default 0 check (amount_minor >= 0),
    currency text references money_policy,
    reason text,
    until timestamptz,
    seen_version integer,
    edit_version integer,
    constraint person_action_reason check (
        action not in (
            'pause', 'take_over', 'snooze', 'dismiss', 'close', 'raise_level', 'lower_level', 'silence', 'settle',
            'undo', 'activate_thresholds'
        ) or coalesce(reason ~ '\S', false)
    ),
    constraint person_action_end check (
        action not in ('pause', 'take_over', 'snooze', 'silence') or coalesce(until > at, false)
    ),
    constraint person_action_seen check (
        (incident_id is null) = (seen_version is null) and (incident_id is null) = (edit_version is null)
    ),
    constraint person_action_merger check ((action = 'merge') = (into_id is not null) and into_id <> incident_id),
    constraint person_action_money check ((amount_minor > 0) <= (currency is not null))
);
create index person_action_incident on person_action (incident_id, action_id);
create unique index person_action_one_edit on person_action (incident_id, edit_version);
create trigger person_action_append_only before update or delete on person_action
for each row execute function refuse_change();
create trigger person_action_not_truncated before truncate on person_action
for each statement execute function refuse_change();

-- whoever acts, by whatever door, is checked here: the role, its right, and that nobody has changed the incident since
create function guard_person_action() returns trigger language plpgsql as $$
declare
    found_one incident;
begin
    if new.incident_id is not null then
        -- in the order of their numbers, so that two mergers do not wait in a circle
        perform 1 from incident where incident_id in (new.incident_id, new.into_id)
        order by incident_id for no key update;
        select * into found_one from incident where incident_id = new.incident_id;
        if not found then
            raise exception 'there is no incident %', new.incident_id using errcode = 'OW033';
        end if;
        new.level := greatest(found_one.level, (select level from incident where incident_id = new.into_id));
    elsif new.order_id is not null then
        new.level := coalesce((
            select max(i.level)
            from anomaly as a
            inner join incident_member as m on a.anomaly_id = m.anomaly_id
            inner join incident as i on m.incident_id = i.incident_id
            where a.order_id = new.order_id and i.state not in ('closed', 'dismissed', 'merged')
        ), 0);
    end if;
    if not exists (select 1 from person_role where login = new.login and role = new.role) then
        raise exception '% does not hold the role %', new.login, new.role using errcode = 'OW032';
    end if;
    if not exists (
        select 1 from action_right where role = new.role and action = new.action and max_level >= new.level
    ) then
        raise exception 'the role % may not % at level %', new.role, new.action, new.level using errcode = 'OW032';
    end if;
    if new.amount_minor > 0 and not exists (
        select 1 from action_money
        where role = new.role and currency = new.currency and up_to_minor >= new.amount_minor
    ) then
        raise exception 'the role % may not move % % (minor units)', new.role, new.amount_minor, new.currency
            using errcode = 'OW034';
    end if;
    if new.incident_id is not null then
        if found_one.edit_version <> new.seen_version then
            raise exception 'incident % has been changed by a person since', new.incident_id using errcode = 'OW031';
        end if;
        update incident set edit_version = edit_version + 1
        where incident_id in (new.incident_id, new.into_id);
        new.edit_version := new.seen_version + 1;
    end if;
    return new;
end
$$;
create trigger person_action_guarded before insert on person_action
for each row execute function guard_person_action();

-- every action is one line of the timeline, checked when all is said
alter table timeline add column action_id bigint references person_action;
create unique index timeline_of_action on timeline (action_id) where action_id is not null;
create function demand_line() returns trigger language plpgsql as $$
begin
    if not exists (select 1 from timeline where action_id = new.action_id) then
        raise exception 'action % of % has no line in the timeline', new.action_id, new.login using errcode = 'OW035';
    end if;
    return null;
end
$$;
create constraint trigger person_action_told after insert on person_action deferrable initially deferred
for each row execute function demand_line();
