-- the roles as they were last published: whom a failure is told to when roles.yaml itself cannot be read
create table last_roles (
    one boolean primary key default true check (one),
    roles jsonb not null
);
