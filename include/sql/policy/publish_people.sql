-- whoever has left a role can answer nothing in its name any more
with wanted as (
    select p.login, p.role
    from jsonb_to_recordset(cast(:people as jsonb)) as p (login text, role text)
),

gone as (
    delete from person_role as k
    where not exists (select 1 from wanted as w where w.login = k.login and w.role = k.role)
)

insert into person_role (login, role)
select login, role from wanted
on conflict do nothing
