update learned_rule set state = 'shadow', shadow_at = :now, shadow_action = :action_id
where rule_id = :rule_id
