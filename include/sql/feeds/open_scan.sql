insert into scan_run as known (dag_id, run_id, purpose, opened_at, dry_run, note, policy_version)
values (:dag_id, :run_id, :purpose, :now, :dry_run, :note, :policy_version)
on conflict (dag_id, run_id) do update
    set
        opened_at = excluded.opened_at,
        finished_at = null,
        policy_version = excluded.policy_version
returning scan_id
