-- a right that the file no longer names is gone
with wanted as (
    select w.role, w.action, w.max_level
    from jsonb_to_recordset(cast(:rights as jsonb)) as w (role text, action text, max_level smallint)
),

gone as (
    delete from action_right as k
    where not exists (select 1 from wanted as w where w.role = k.role and w.action = k.action)
)

insert into action_right as known (role, action, max_level)
select role, action, max_level from wanted
on conflict (
    role, action) do update set max_level = excluded.max_level
where known.max_level <> excluded.max_level
