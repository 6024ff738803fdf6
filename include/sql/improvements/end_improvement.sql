update improvement set state = :state, changed = :changed, ended_at = :now, ended_action = :action_id
where improvement_id = :improvement_id and state = 'open'
returning improvement_id
