-- the roles that a person holds, the one that may approve most first
select p.role, coalesce(r.up_to_minor, 0) as up_to_minor
from person_role as p
left join approval_right as r on p.role = r.role and r.currency = :currency
where p.login = any(:logins)
order by up_to_minor desc, p.role
