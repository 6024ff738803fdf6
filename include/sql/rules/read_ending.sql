-- active rules whose end is near and of which nobody has been reminded, with the role that activated them
select r.rule_id, r.kind, r.node, r.asked, r.expected_s, r.state, r.expires_at, a.role, a.login
from learned_rule as r
inner join person_action as a on r.active_action = a.action_id
where r.state = 'active' and r.expires_at > :now and r.expires_at <= :ends_before and r.reminded_at is null
order by r.rule_id
