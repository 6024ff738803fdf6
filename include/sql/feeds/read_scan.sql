select scan_id, purpose, opened_at, dry_run, policy_version, report
from scan_run
where scan_id = :scan_id
