update learned_rule set state = 'active', active_at = :now, active_action = :action_id, expires_at = :expires_at
where rule_id = :rule_id
