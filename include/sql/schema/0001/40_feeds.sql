-- one row per scan; the state of each source's feed; what was pulled and what was refused
create table scan_run (
    scan_id bigint generated always as identity primary key,
    dag_id text not null,
    run_id text not null,
    purpose text not null check (purpose in ('scan', 'history')),
    opened_at timestamptz not null,
    finished_at timestamptz,
    dry_run boolean not null default false,
    note text,
    policy_version text not null,
    new_anomalies integer,
    report jsonb not null default '{}',
    unique (dag_id, run_id)
);
create index scan_run_recent on scan_run (finished_at desc);

create table source_feed (
    source text not null,
    feed text not null,
    watermark timestamptz,
    reconciled_at timestamptz,
    last_ok_at timestamptz,
    newest_version timestamptz,
    primary key (source, feed)
);

create table feed_pull (
    pull_id bigint generated always as identity primary key,
    scan_id bigint not null references scan_run,
    source text not null,
    feed text not null,
    mode text not null check (mode in ('changes', 'open', 'completed')),
    since timestamptz,
    until timestamptz not null,
    state text not null default 'pulling'
    check (state in ('pulling', 'pulled', 'failed', 'broken', 'validated', 'rejected', 'applied')),
    records integer not null default 0,
    accepted integer not null default 0,
    refused integer not null default 0,
    clock_skew_s double precision,
    error text,
    checks jsonb not null default '[]',
    unique (scan_id, source, feed),
    check ((state in ('failed', 'broken', 'rejected')) = (error is not null))
);

-- hand-over between tasks; lost in a database crash, and then pulled again because the watermark has not moved
create unlogged table feed_record (
    pull_id bigint not null,
    record_no integer not null,
    record jsonb not null,
    primary key (pull_id, record_no)
);
create unlogged table feed_row (
    pull_id bigint not null,
    record_no integer not null,
    version timestamptz not null,
    body jsonb not null,
    primary key (pull_id, record_no)
);

-- refused records with the reason, personal text already masked
create table quarantine (
    quarantine_id bigint generated always as identity primary key,
    pull_id bigint references feed_pull,
    source text not null,
    feed text not null,
    record_id text,
    reason text not null,
    message jsonb not null,
    detail text not null,
    record jsonb not null,
    record_sha text not null,
    first_seen_at timestamptz not null,
    replay_asked_at timestamptz,
    state text not null default 'new' check (state in ('new', 'replayed', 'superseded', 'discarded')),
    handled_at timestamptz,
    handled_by text,
    check ((state = 'new') = (handled_at is null)),
    unique (source, feed, record_sha, reason)
);
create index quarantine_new on quarantine (source, feed) where state = 'new';
