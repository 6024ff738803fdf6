-- the policy by which the standing verdicts were taken: another one asks every open order anew
create table policy_in_force (
    one boolean primary key default true check (one),
    version text not null,
    since timestamptz not null
);

-- since when a complete list of everything open has not named what our books hold open
alter table orders add column missing_since timestamptz;
alter table shipment add column missing_since timestamptz;
