insert into threshold_version (
    model, learned_at, window_from, window_to, stages, policy_version, run_id
)
values (:model, :now, :window_from, :window_to, :stages, :policy_version, :run_id)
returning version
