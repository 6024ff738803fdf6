-- what a weekly check found for each step and for all together: written once per run, never rewritten. Orders are left
-- out (exempt, invalid, cancelled) or unknown only in the row of all steps
create table threshold_drift (
    run_id text not null check (run_id <> ''),
    node smallint not null check (node between 0 and 5),  -- 0: all steps together, each order once
    version integer references threshold_version,  -- none: no version was in force
    checked_at timestamptz not null,
    window_from timestamptz,
    window_to timestamptz,
    alarms integer not null check (alarms >= 0),
    false_alarms integer not null check (false_alarms >= 0),
    acted_on integer not null check (acted_on >= 0),
    no_truth integer not null check (no_truth >= 0),
    earlier integer not null check (earlier >= 0),
    orders integer not null check (orders >= 0),
    broken integer not null check (broken between 0 and orders),
    early integer not null check (early between 0 and broken),
    misses integer not null check (misses between 0 and orders),
    by_complaint integer not null check (by_complaint between 0 and misses),
    exempt integer not null check (exempt >= 0),
    invalid integer not null check (invalid >= 0),
    cancelled integer not null check (cancelled >= 0),
    unknown integer not null check (unknown >= 0),
    verdict text not null check (verdict in ('drift', 'no_drift', 'too_few')),
    reason text not null check (reason <> ''),
    primary key (run_id, node),
    constraint threshold_drift_alarms check (false_alarms + acted_on + no_truth <= alarms),
    constraint threshold_drift_window check ((window_from is null) = (window_to is null) and window_from < window_to),
    constraint threshold_drift_of_a_version check (
        verdict <> 'drift' or (version is not null and window_from is not null)
    )
);
create index threshold_drift_latest on threshold_drift (checked_at desc);
create trigger threshold_drift_immutable before update or delete on threshold_drift
for each row execute function refuse_change();
create trigger threshold_drift_not_truncated before truncate on threshold_drift
for each statement execute function refuse_change();
