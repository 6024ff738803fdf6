insert into playbook_version (sha, playbook, raw, first_seen_at)
values (:sha, :playbook, :raw, :now)
on conflict do nothing
