-- the policy by which the standing verdicts were taken: another one asks every open order anew
create table policy_in_force (
    one boolean primary key default true check (one),
    version text not null,
    since timestamptz not null
);

-- since when a complete list of everything open has not named what our books hold open
alter table orders add column missing_since timestamptz;
alter table shipment add column missing_since timestamptz;

-- from then on no waiting will help: held by customs, papers missing
alter table order_alert add column stopped_at timestamptz;

-- who has been told how much of an incident, so that its growth is told as well
alter table incident
add column told_at timestamptz,
add column told_orders integer not null default 0;
alter table incident_member add column joined_at timestamptz not null default business_now();

alter table effect drop constraint effect_family_check;
alter table effect add constraint effect_family_check
check (family in ('opened', 'grown', 'digest', 'resolved', 'task_failed'));
alter table effect add column scan_id bigint references scan_run;
create index effect_scan on effect (scan_id) where scan_id is not null;
