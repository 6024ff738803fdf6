select pause_id, taken_by, until, control from pause
where scope = :scope and subject = :subject and ended_at is null
