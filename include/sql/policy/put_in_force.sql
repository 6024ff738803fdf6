-- returns a row only when another policy was in force before
with before as (select version from policy_in_force),

put as (
    insert into policy_in_force as known (version, since) values (:version, :now)
    on conflict (one) do update
        set version = excluded.version, since = excluded.since
        where known.version <> excluded.version
    returning version
)

select p.version from put as p
inner join before as b on p.version <> b.version
