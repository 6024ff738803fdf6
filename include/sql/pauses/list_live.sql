select pause_id, scope, subject, taken_by, reason, since, until, control from pause
where ended_at is null
order by since
