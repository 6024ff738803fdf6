-- nothing is written while the roles are those of the last time
insert into last_roles (roles)
select cast(:roles as jsonb)
where not exists (select 1 from last_roles where roles = cast(:roles as jsonb))
on conflict (one) do update set roles = excluded.roles
