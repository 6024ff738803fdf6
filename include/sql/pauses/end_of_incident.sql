-- there is nothing left to hand back
update pause set ended_at = :now, ended_by = :who
where scope = 'incident' and subject = :subject and ended_at is null
