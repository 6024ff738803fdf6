update quarantine set replay_asked_at = :now
where
    state = 'new'
    and (quarantine_id = any(:ids) or feed = :feed)
returning quarantine_id
