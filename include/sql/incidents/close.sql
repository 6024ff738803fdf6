-- a doubtful one is dismissed or waits: nothing is known of it that could have a cause
update incident set
    state = 'closed', root_cause = :root_cause, root_cause_note = :note, closed_at = :now,
    resolved_at = coalesce(resolved_at, :now), review_due_at = cast(:now as timestamptz) + interval '72 hours'
where incident_id = :incident_id and state in ('open', 'acknowledged', 'mitigated', 'resolved')
returning incident_id
