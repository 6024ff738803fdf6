select scan_id, purpose, opened_at, finished_at, dry_run, note, policy_version, report
from scan_run
where dag_id = :dag_id and run_id = :run_id
