-- rules that people have refused or given up, with the false alarms that spoke for them then
select r.rule_id, r.kind, r.node, r.asked, coalesce(max(e.false_alarms), 0) as false_alarms
from learned_rule as r
left join rule_evidence as e on r.rule_id = e.rule_id and r.ended_at >= e.at
where r.state in ('rejected', 'retired') and r.ended_action is not null
group by r.rule_id
order by r.rule_id
