-- grain: one row per step, all steps together first, of one run or else of the latest
select
    d.run_id, d.node, d.version, v.model, d.checked_at, d.window_from, d.window_to, d.alarms, d.false_alarms,
    d.acted_on, d.no_truth, d.earlier, d.orders, d.broken, d.early, d.misses, d.by_complaint, d.exempt, d.invalid,
    d.cancelled, d.unknown, d.verdict, d.reason
from threshold_drift as d
left join threshold_version as v on d.version = v.version
where
    d.run_id = coalesce(
        cast(:run_id as text),
        (
            select l.run_id from threshold_drift as l
            order by l.checked_at desc, l.run_id desc
            limit 1
        )
    )
order by d.node
