-- one person at a time decides on a rule
select
    r.rule_id, r.kind, r.state, r.shadow_at, r.expires_at, s.login as shadow_by, r.asked, r.node, r.expected_s
from learned_rule as r
left join person_action as s on r.shadow_action = s.action_id
where r.rule_id = :rule_id
for no key update of r
