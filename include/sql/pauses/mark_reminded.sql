update pause set reminded_at = :now
where pause_id = any(:pause_ids)
