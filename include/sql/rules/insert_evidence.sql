-- a run that is repeated keeps what it found first
insert into rule_evidence (
    rule_id, run_id, at, window_from, false_alarms, real_alarms, real_delays, unanswered, incidents, feedback,
    ordinary, population, bound, chance, tried, waits, wait_median_s, wait_p95_s, vouchers, paid_minor, orders
)
values (
    :rule_id, :run_id, :now, :window_from, :false_alarms, :real_alarms, :real_delays, :unanswered, :incidents,
    :feedback, :ordinary, :population, :bound, :chance, :tried, :waits, :wait_median_s, :wait_p95_s, :vouchers,
    cast(:paid_minor as jsonb), cast(:orders as jsonb)
)
on conflict (rule_id, run_id) do nothing
returning evidence_id
