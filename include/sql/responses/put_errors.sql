-- the mistakes that stand in the files now; returns how many are new
with wanted as (
    select w.file, w.problem
    from jsonb_to_recordset(cast(:errors as jsonb)) as w (file text, problem text)
),

gone as (
    delete from playbook_error as e
    where not exists (select 1 from wanted as w where w.file = e.file)
)

insert into playbook_error as known (file, problem, seen_at)
select file, problem, :now from wanted
on conflict (file) do update
    set problem = excluded.problem, seen_at = excluded.seen_at
    where known.problem <> excluded.problem
returning file
