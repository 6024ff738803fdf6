update response set triggered_at = :now
where run_id = :run_id
