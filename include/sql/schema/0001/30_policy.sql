-- what include/policy/nodes.yaml says about the clock of each node
create table node_policy (
    node smallint primary key check (node between 1 and 5),
    working_time boolean not null,
    actor text not null check (actor in ('office', 'warehouse', 'carrier')),
    batch text not null check (batch in ('wave', 'manifest', 'none')),
    ceiling_s bigint not null check (ceiling_s > 0),
    grace_s bigint not null check (grace_s >= 0),
    platform_lead_s bigint not null check (platform_lead_s >= 0)
);

-- orders like it: one cell per node, category, destination and channel; cell_id = -node stands for the whole node
create table cell (
    cell_id integer generated always as identity primary key,
    node smallint not null check (node between 1 and 5),
    category text not null,
    region text not null,
    channel text not null,
    unique (node, category, region, channel)
);

create table threshold_version (
    version integer generated always as identity primary key,
    model text not null,
    learned_at timestamptz not null,
    window_from timestamptz not null,
    window_to timestamptz not null check (window_to > window_from),
    stages integer not null check (stages > 0),
    policy_version text not null,
    run_id text
);

create table threshold (
    version integer not null references threshold_version,
    cell_id integer not null,
    threshold_s bigint not null check (threshold_s >= 0),
    mean_s double precision not null check (mean_s >= 0),
    buffer_s double precision not null check (buffer_s >= 0),
    samples integer not null check (samples > 0),
    fallback_level text not null,
    primary key (version, cell_id)
);
create trigger threshold_immutable before update or delete on threshold
for each row execute function refuse_change();

create table threshold_active (
    one boolean primary key default true check (one),
    version integer not null references threshold_version
);
