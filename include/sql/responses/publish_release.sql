insert into playbook_release (release, members, published_at)
values (:release, cast(:members as jsonb), :now)
on conflict (release) do nothing
