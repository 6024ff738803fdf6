-- opening hours per actor: days as people write them, and the same as sorted instants for arithmetic
create table calendar (
    calendar_id smallint generated always as identity primary key,
    code text not null unique,
    zone text not null,
    fingerprint text not null
);

create table calendar_day (
    calendar_id smallint not null references calendar,
    day date not null,
    status text not null check (status in ('official', 'provisional')),
    windows jsonb not null default '[]' check (jsonb_typeof(windows) = 'array'),
    reason text,
    primary key (calendar_id, day)
);

-- three arrays of one length: opening instant (epoch seconds), work seconds before it and up to its close
create table calendar_hours (
    calendar_id smallint primary key references calendar,
    opens bigint[] not null,
    work_before bigint[] not null,
    work_after bigint[] not null,
    check (cardinality(opens) = cardinality(work_before) and cardinality(opens) = cardinality(work_after))
);
