select quarantine_id, source, feed, record_id, reason, message, detail, first_seen_at, replay_asked_at
from quarantine
where state = 'new'
order by quarantine_id
