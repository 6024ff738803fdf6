insert into threshold_version (
    model, learned_at, window_from, window_to, stages, policy_version, run_id, document, report
)
values (
    :model, :now, :window_from, :window_to, :stages, :policy_version, :run_id, cast(:document as jsonb),
    cast(:report as jsonb)
)
returning version
