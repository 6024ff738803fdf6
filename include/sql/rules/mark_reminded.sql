update learned_rule set reminded_at = :now
where rule_id = any(:rule_ids)
