update improvement set
    state = :state, changed = :changed, changed_rule = :changed_rule, changed_version = :changed_version,
    changed_sha = :changed_sha, ended_at = :now, ended_action = :action_id
where improvement_id = :improvement_id and state = 'open'
returning improvement_id
