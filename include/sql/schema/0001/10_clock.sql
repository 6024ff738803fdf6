-- the company's time: the machine's clock plus an offset that is zero everywhere but in a demonstration or a replay
create table clock (
    one boolean primary key default true check (one),
    ahead interval not null default interval '0'
);
insert into clock default values;

create function business_now() returns timestamptz language sql stable as $$
    select clock_timestamp() + ahead from clock
$$;

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'table % is append-only', tg_table_name using errcode = 'OW001';
end
$$;
