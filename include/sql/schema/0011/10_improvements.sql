-- what people have decided to do better, so that the same thing does not happen again: with an owner, a day, and what
-- will show that it has worked
create table improvement (
    improvement_id bigint generated always as identity primary key,
    title text not null check (title ~ '\S' and char_length(title) <= 200),
    owner text not null check (owner ~ '\S' and char_length(owner) <= 100),
    due date not null,
    verified_by text not null check (verified_by ~ '\S' and char_length(verified_by) <= 200),
    incident_id bigint references incident,
    playbook text check (char_length(playbook) <= 100),
    changed text check (char_length(changed) <= 200),  -- the rule, version or file that it has changed
    state text not null default 'open' check (state in ('open', 'done', 'dropped')),
    opened_at timestamptz not null,
    opened_action bigint not null references person_action,
    ended_at timestamptz,
    ended_action bigint references person_action,
    constraint improvement_is_about_something check (incident_id is not null or playbook is not null),
    constraint improvement_end check (
        (state = 'open') = (ended_at is null) and (state = 'open') = (ended_action is null)
    )
);
create index improvement_due on improvement (due) where state = 'open';
create index improvement_incident on improvement (incident_id);

-- what was said at its beginning stays, and what has ended has ended
create function guard_improvement() returns trigger language plpgsql as $$
begin
    if old.state <> 'open'
        or (old.title, old.owner, old.due, old.verified_by, old.incident_id, old.playbook, old.opened_at, old.opened_action)
        is distinct from
        (new.title, new.owner, new.due, new.verified_by, new.incident_id, new.playbook, new.opened_at, new.opened_action)
    then
        raise exception 'improvement % has ended or cannot be rewritten', old.improvement_id using errcode = 'OW042';
    end if;
    return new;
end
$$;
create trigger improvement_guarded before update on improvement
for each row execute function guard_improvement();
create trigger improvement_kept before delete on improvement
for each row execute function refuse_change();

alter table person_action drop constraint person_action_action_check;
alter table person_action add constraint person_action_action_check check (
    action in (
        'acknowledge', 'pause', 'take_over', 'hand_back', 'merge', 'snooze', 'dismiss', 'close', 'raise_level',
        'lower_level', 'release', 'settle', 'undo', 'report', 'rate', 'silence', 'end_silence', 'quarantine',
        'activate_thresholds', 'rules', 'improve'
    )
);
