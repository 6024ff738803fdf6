-- playbooks: every version that was ever in force, which of them are now, and what is wrong with the others
create table playbook_version (
    sha text primary key,
    playbook text not null,
    raw text not null,
    first_seen_at timestamptz not null
);
create trigger playbook_version_immutable before update or delete on playbook_version
for each row execute function refuse_change();

-- a release is the set of versions that is served together; an incident finishes on the release it started with
create table playbook_release (
    release text primary key,
    members jsonb not null check (jsonb_typeof(members) = 'object'),
    published_at timestamptz not null,
    sequence bigint generated always as identity unique
);
create trigger playbook_release_immutable before update or delete on playbook_release
for each row execute function refuse_change();

create table playbook_served (
    one boolean primary key default true check (one),
    release text not null references playbook_release,
    since timestamptz not null
);

create table playbook_error (
    file text primary key,
    problem text not null,
    seen_at timestamptz not null
);

-- how an incident is answered: one run of one playbook at a time, each with its number
create table response (
    incident_id bigint not null references incident,
    attempt smallint not null check (attempt >= 1),
    playbook text not null,
    sha text not null references playbook_version,
    run_id text not null unique,
    started_at timestamptz not null,
    triggered_at timestamptz,  -- Airflow knows the run
    finished_at timestamptz,
    primary key (incident_id, attempt)
);

-- people stop the automation: for everything, a playbook, an order or an incident; every pause has an end
create table pause (
    pause_id bigint generated always as identity primary key,
    scope text not null check (scope in ('everything', 'playbook', 'order', 'incident')),
    subject text not null default '',
    taken_by text not null,
    reason text not null check (reason <> ''),
    since timestamptz not null,
    until timestamptz not null,
    ended_at timestamptz,
    ended_by text,
    reminded_at timestamptz,
    check (until > since and until <= since + interval '7 days'),
    check ((ended_at is null) = (ended_by is null)),
    check ((scope = 'everything') = (subject = ''))
);
create unique index pause_one_live on pause (scope, subject) where ended_at is null;

alter table incident
add column acknowledged_at timestamptz,
add column acknowledged_by text,
add column mitigated_at timestamptz,
drop column control;
