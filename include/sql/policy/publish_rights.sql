-- a right that the file no longer names is gone
with wanted as (
    select r.role, r.currency, r.up_to, r.per_day
    from jsonb_to_recordset(cast(:rights as jsonb)) as r (role text, currency text, up_to bigint, per_day bigint)
),

gone as (
    delete from approval_right as a
    where not exists (select 1 from wanted as w where w.role = a.role and w.currency = a.currency)
)

insert into approval_right as known (role, currency, up_to_minor, per_day_minor)
select role, currency, up_to, per_day from wanted
on conflict (
    role, currency) do update set up_to_minor = excluded.up_to_minor, per_day_minor = excluded.per_day_minor
where (known.up_to_minor, known.per_day_minor) <> (excluded.up_to_minor, excluded.per_day_minor)
