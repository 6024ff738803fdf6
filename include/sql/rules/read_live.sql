-- proposals and rules in the shadow or active, and of how many conditions each was found to be the best
select r.rule_id, r.kind, r.node, r.asked, r.expected_s, r.state, coalesce(max(e.tried), 1) as tried
from learned_rule as r
left join rule_evidence as e on r.rule_id = e.rule_id
where r.state in ('proposed', 'shadow', 'active')
group by r.rule_id
order by r.rule_id
