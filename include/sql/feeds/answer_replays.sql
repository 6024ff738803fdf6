-- asked for again, and still not good
update quarantine set replay_asked_at = null
where quarantine_id = any(:retried) and state = 'new' and replay_asked_at is not null
