-- returns a row only when the calendar is new or has changed
insert into calendar as known (code, zone, fingerprint)
select :code, :zone, :fingerprint
where
    not exists (
        select 1 from calendar where code = :code and fingerprint = :fingerprint
    )
on conflict (code) do update
    set
        zone = excluded.zone,
        fingerprint = excluded.fingerprint
returning calendar_id
