-- what became of a version: held for a person, rejected, put in force (again); one row per decision, never rewritten
alter table threshold_version
add column report jsonb not null default '{}' check (jsonb_typeof(report) = 'object');

create table threshold_decision (
    decision_id bigint generated always as identity primary key,
    version integer not null references threshold_version,
    decision text not null check (decision in ('held', 'approved', 'rejected', 'in_force')),
    decided_by text not null check (decided_by <> ''),
    reason text not null check (reason <> ''),
    at timestamptz not null
);
create index threshold_decision_version on threshold_decision (version, decision_id);
create trigger threshold_decision_immutable before update or delete on threshold_decision
for each row execute function refuse_change();

insert into threshold_decision (version, decision, decided_by, reason, at)
select version, 'in_force', 'upgrade', 'in force before decisions were kept', learned_at from threshold_version;

create trigger threshold_version_immutable before update or delete on threshold_version
for each row execute function refuse_change();

-- the version whose limits count; until alert times have followed it everywhere, moved_at is empty
alter table threshold_active add column moved_at timestamptz;
update threshold_active set moved_at = business_now();

create function guard_active_version() returns trigger language plpgsql as $$
declare
    last text := (
        select decision from threshold_decision where version = new.version order by decision_id desc limit 1
    );
begin
    if last is distinct from 'in_force' then
        raise exception 'version % is %, so it cannot be in force', new.version, coalesce(last, 'undecided')
            using errcode = 'OW006';
    end if;
    return new;
end
$$;
create trigger threshold_active_guard before insert or update of version on threshold_active
for each row execute function guard_active_version();

create function guard_decision() returns trigger language plpgsql as $$
declare
    last text := (
        select decision from threshold_decision where version = new.version order by decision_id desc limit 1
    );
begin
    if last = 'rejected' then
        raise exception 'version % has been rejected', new.version using errcode = 'OW006';
    end if;
    if last = 'held' and new.decision = 'in_force' then
        raise exception 'version % waits for a person''s word', new.version using errcode = 'OW006';
    end if;
    -- a yes is about what would be replaced, also when it is carried out
    if (new.decision = 'approved' or last = 'approved') and exists (
        select 1 from threshold_version as v, threshold_active as a
        where v.version = new.version and cast(v.report ->> 'before' as integer) is distinct from a.version
    ) then
        raise exception 'version % is overtaken: another has come into force since it was learned', new.version
            using errcode = 'OW006';
    end if;
    return new;
end
$$;
create trigger threshold_decision_guard before insert on threshold_decision
for each row execute function guard_decision();
