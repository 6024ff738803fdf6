-- grain: one of the chosen records as it stands, whatever became of it
select
    quarantine_id, source, feed, record_id, reason, message, detail, first_seen_at, replay_asked_at, state, handled_at,
    handled_by
from quarantine
where quarantine_id = any(:ids)
order by quarantine_id
