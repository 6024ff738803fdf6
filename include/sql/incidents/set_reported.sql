-- what was done about lateness does not answer this, and what a person has looked at is doubtful no more
update incident set
    reported = :what, reported_by = :by, reported_at = :now, note = :note,
    kind = case when kind = 'triage' then 'single' else kind end,
    state = case when state in ('triage', 'mitigated') then 'open' else state end,
    acknowledged_at = case when state = 'mitigated' then null else acknowledged_at end,
    acknowledged_by = case when state = 'mitigated' then null else acknowledged_by end
where incident_id = :incident_id
returning incident_id
