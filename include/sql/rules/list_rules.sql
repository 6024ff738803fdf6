-- grain: one row per rule, or the one asked for, with its latest evidence, who decided, and what it was asked
select
    r.rule_id, r.kind, r.node, r.asked, r.expected_s, r.state, r.proposed_at, r.proposed_by, r.replaces,
    r.shadow_at, r.active_at, r.expires_at, r.ended_at,
    s.login as shadow_by, s.reason as shadow_reason, a.login as active_by, a.role as active_role,
    a.reason as active_reason, x.login as ended_by, x.reason as ended_reason,
    e.at as evidence_at, e.window_from, e.false_alarms, e.real_alarms, e.real_delays, e.unanswered,
    e.incidents, e.feedback, e.ordinary, e.population, e.bound, e.chance, e.tried, e.waits,
    e.wait_median_s, e.wait_p95_s, e.vouchers,
    coalesce(e.paid_minor, '{}') as paid_minor,
    coalesce(e.orders, '[]') as orders,
    q.shadow_asked, q.shadow_matched, q.active_asked, q.active_matched
from learned_rule as r
left join person_action as s on r.shadow_action = s.action_id
left join person_action as a on r.active_action = a.action_id
left join person_action as x on r.ended_action = x.action_id
left join lateral (
    select * from rule_evidence as v
    where v.rule_id = r.rule_id
    order by v.evidence_id desc
    limit 1
) as e on true
cross join
    lateral (
        select
            count(*) filter (where k.state = 'shadow') as shadow_asked,
            count(*) filter (where k.state = 'shadow' and k.matched) as shadow_matched,
            count(*) filter (where k.state = 'active') as active_asked,
            count(*) filter (where k.state = 'active' and k.matched) as active_matched
        from rule_asked as k
        where k.rule_id = r.rule_id
    ) as q
where r.rule_id = coalesce(:rule_id, r.rule_id)
order by r.rule_id desc
