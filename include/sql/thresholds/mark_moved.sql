update threshold_active set moved_at = :now
where version = :version
