update learned_rule set expires_at = :expires_at, reminded_at = null
where rule_id = :rule_id and state = 'active'
