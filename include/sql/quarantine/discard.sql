update quarantine set state = 'discarded', handled_at = :now, handled_by = :who
where state = 'new' and quarantine_id = any(:ids)
returning quarantine_id
