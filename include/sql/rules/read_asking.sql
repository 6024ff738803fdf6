-- the rules that every late order is asked about; one whose time is up is asked no more, whoever has noticed
select rule_id, kind, node, asked, expected_s, state
from learned_rule
where state = 'shadow' or state = 'active' and expires_at > :now
order by rule_id
