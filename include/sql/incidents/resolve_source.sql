-- the source answers again
update incident set state = 'resolved', resolved_at = :now
where dedup_key = :dedup_key and state in ('open', 'acknowledged', 'mitigated')
returning incident_id
