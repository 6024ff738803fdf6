update learned_rule set state = :state, ended_at = :now, ended_action = :action_id
where rule_id = :rule_id
