-- a sum that the file no longer names is gone
with wanted as (
    select w.role, w.currency, w.up_to
    from jsonb_to_recordset(cast(:money as jsonb)) as w (role text, currency text, up_to bigint)
),

gone as (
    delete from action_money as k
    where not exists (select 1 from wanted as w where w.role = k.role and w.currency = k.currency)
)

insert into action_money as known (role, currency, up_to_minor)
select role, currency, up_to from wanted
on conflict (
    role, currency) do update set up_to_minor = excluded.up_to_minor
where known.up_to_minor <> excluded.up_to_minor
