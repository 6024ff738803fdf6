-- how many orders wait in each node, as the last scan has left them, and how much of its time each has used; counted in
-- the scan, because nobody waits for a page that counts a million open orders
create table node_load (
    node smallint primary key references node_policy,
    counted_at timestamptz not null,
    judged boolean not null,  -- whether the sources that it depends on spoke
    waiting integer not null check (waiting >= 0),
    late integer not null check (late >= 0),
    exempt integer not null check (exempt >= 0),
    unknown integer not null check (unknown >= 0),
    oldest_at timestamptz,
    -- orders by the share of their time until the alert that they have used: 24 parts up to it, 12 beyond it
    ages integer[] not null check (cardinality(ages) = 36)
);

-- acts that wait for a person: few among all that were ever done
create index effect_for_people on effect (incident_id) where state in ('held', 'needs_human');
