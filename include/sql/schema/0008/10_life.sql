-- the life of an incident: what may follow what, whoever says so; what is dismissed, merged or closed stays so
create table incident_transition (
    before text not null,
    after text not null,
    primary key (before, after)
);
insert into incident_transition (before, after) values
('triage', 'open'), ('triage', 'resolved'), ('triage', 'merged'), ('triage', 'dismissed'),
('open', 'acknowledged'), ('open', 'mitigated'), ('open', 'resolved'), ('open', 'closed'), ('open', 'merged'),
('open', 'dismissed'),
('acknowledged', 'mitigated'), ('acknowledged', 'resolved'), ('acknowledged', 'closed'), ('acknowledged', 'merged'),
('acknowledged', 'dismissed'),
('mitigated', 'open'), ('mitigated', 'acknowledged'), ('mitigated', 'resolved'), ('mitigated', 'closed'),
('mitigated', 'merged'), ('mitigated', 'dismissed'),
('resolved', 'open'), ('resolved', 'triage'), ('resolved', 'closed'), ('resolved', 'merged'),
('resolved', 'dismissed');

-- edit_version: how often people have changed it, so that nobody decides on what another has just changed.
-- overruled_level: the level that a person has lowered it from; only a graver one raises it again
alter table incident
add column edit_version integer not null default 0 check (edit_version >= 0),
add column overruled_level smallint check (overruled_level between 1 and 3),
add column dismissed_as text check (dismissed_as in ('false_alarm', 'not_an_order', 'duplicate', 'healed')),
add column root_cause text check (root_cause in ('system', 'human', 'external')),
add column root_cause_note text,
add constraint incident_overruled check (overruled_level > level),
add constraint incident_dismissed check (dismissed_as is null or state = 'dismissed'),
add constraint incident_root_cause check ((root_cause is null) = (root_cause_note is null));

create function guard_incident() returns trigger language plpgsql as $$
begin
    if old.state <> new.state and not exists (
        select 1 from incident_transition where before = old.state and after = new.state
    ) then
        raise exception 'incident % cannot go from % to %', old.incident_id, old.state, new.state
            using errcode = 'OW030';
    end if;
    if new.edit_version < old.edit_version then
        raise exception 'the edit version of incident % never goes back', old.incident_id using errcode = 'OW030';
    end if;
    return new;
end
$$;
create trigger incident_guarded before update on incident for each row execute function guard_incident();
