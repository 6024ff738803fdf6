-- from here on the version's limits count for whatever changes; open orders follow
insert into threshold_active as active (version, moved_at) values (:version, null)
on conflict (one) do update set version = excluded.version, moved_at = null
