-- what was staged and never brought in: of finished scans where nothing can come of it any more, and everything old;
-- a task rerun in an old scan makes its pull young again
with staged as (
    select pull_id from feed_record
    union
    select pull_id from feed_row
),

left_over as (
    select t.pull_id
    from staged as t
    inner join feed_pull as p on t.pull_id = p.pull_id
    inner join scan_run as s on p.scan_id = s.scan_id
    where
        s.scan_id <> :scan_id
        and (
            greatest(s.opened_at, p.until) <= :staged_until
            or s.finished_at is not null and p.state in ('failed', 'broken', 'applied')
        )
),

dropped as (
    delete from feed_row where pull_id in (select pull_id from left_over)
)

delete from feed_record where pull_id in (select pull_id from left_over)
