update pause set ended_at = :now, ended_by = :ended_by
where pause_id = :pause_id and ended_at is null
returning pause_id, scope, subject
