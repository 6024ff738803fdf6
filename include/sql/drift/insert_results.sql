-- grain: one row per run and step; a run that is cleared, or goes on twice, keeps what it has found first
insert into threshold_drift (
    run_id, node, version, checked_at, window_from, window_to, alarms, false_alarms, acted_on, no_truth, earlier,
    orders, broken, early, misses, by_complaint, exempt, invalid, cancelled, unknown, verdict, reason
)
select
    :run_id, r.node, :version, :now, :window_from, :window_to, r.alarms, r.false_alarms, r.acted_on, r.no_truth,
    r.earlier, r.orders, r.broken, r.early, r.misses, r.by_complaint, r.exempt, r.invalid, r.cancelled, r.unknown,
    r.verdict, r.reason
from jsonb_populate_recordset(null::threshold_drift, cast(:results as jsonb)) as r
order by r.node
on conflict (run_id, node) do nothing
