-- the digest of a week is planned once, whoever comes first
insert into weekly_digest (week, planned_at) values (:week, :now)
on conflict do nothing
returning week
