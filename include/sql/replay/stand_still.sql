-- the clock of a replay stands still at the instant that is replayed, however long its work takes
create or replace function business_now() returns timestamptz language sql stable as $$
    select timestamptz 'epoch' + ahead from clock
$$
