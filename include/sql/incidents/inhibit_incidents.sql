-- incidents that the larger one explains stay as they are and fall silent under it
update incident set inhibited_by = :incident_id
where dedup_key = any(:dedup_keys) and incident_id <> :incident_id and inhibited_by is null
    and state not in ('closed', 'dismissed', 'merged')
returning incident_id
