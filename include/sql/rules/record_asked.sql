-- grain: one row per rule, order and node; what a rule has said, and what was decided all the same
insert into rule_asked as known (rule_id, order_id, node, state, matched, verdict, asked_at)
select r.rule_id, j.order_id, j.node, a.state, bool_or(a.matched), j.verdict, :now
from judged as j
cross join
    lateral (
        select c ->> 'check' as name, c ->> 'state' as state, c ->> 'outcome' = 'match' as matched
        from jsonb_array_elements(j.evidence -> 'checks') as c
        union all
        select x ->> 'rule', x ->> 'state', x ->> 'outcome' = 'match'
        from jsonb_array_elements(j.evidence -> 'exemptions') as x
    ) as a
inner join learned_rule as r on a.name = 'learned:' || r.rule_id and coalesce(r.node, j.node) = j.node
group by r.rule_id, j.order_id, j.node, a.state, j.verdict
on conflict (rule_id, state, order_id, node) do update
    set
        matched = known.matched or excluded.matched,
        verdict = excluded.verdict,
        asked_at = excluded.asked_at
