-- the company's time, the last scan that has ended, the version of the limits in force, and who has stopped everything
with last_scan as (
    select scan_id, dag_id, run_id, opened_at, finished_at, report
    from scan_run
    where finished_at is not null and purpose = 'scan' and not dry_run
    order by finished_at desc
    limit 1
)

select
    business_now() as now, s.scan_id, s.dag_id, s.run_id, s.opened_at, s.finished_at, s.report, v.version,
    p.taken_by, p.until, p.reason
from clock as c
left join last_scan as s on c.one
left join threshold_active as v on c.one = v.one
left join pause as p on c.one and p.scope = 'everything' and p.ended_at is null
