update silence set ended_at = :now, ended_by = :who
where silence_id = :silence_id and ended_at is null and ends > :now
returning silence_id
