-- which release is served now; a row only when it was another one
insert into playbook_served as known (release, since)
values (:release, :now)
on conflict (
    one) do update set release = excluded.release, since = excluded.since
where known.release <> excluded.release
