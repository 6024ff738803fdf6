-- two installations that share a sink must not take each other's acts for their own
create table installation (
    one boolean primary key default true check (one),
    code text not null check (code ~ '^[0-9a-f]{6}$')
);
insert into installation (code) values (substr(md5(random()::text || clock_timestamp()::text), 1, 6));
