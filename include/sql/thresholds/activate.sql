insert into threshold_active as active (version) values (:version)
on conflict (
    one) do update set version = excluded.version
where active.version < excluded.version
