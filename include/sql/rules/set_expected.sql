-- how long waiting is normal follows the evidence while the rule is a proposal
update learned_rule set expected_s = :expected_s
where rule_id = :rule_id and state = 'proposed' and kind = 'exemption'
