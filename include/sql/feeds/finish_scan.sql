update scan_run set
    finished_at = :now,
    new_anomalies = coalesce(new_anomalies, 0) + :new_anomalies,
    report = cast(:report as jsonb)
where scan_id = :scan_id
