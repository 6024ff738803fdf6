insert into learned_rule (kind, node, asked, expected_s, proposed_at, proposed_by, replaces)
values (:kind, :node, cast(:asked as jsonb), :expected_s, :now, :by, :replaces)
on conflict (kind, coalesce(node, 0), asked) where state in ('proposed', 'shadow', 'active') do nothing
returning rule_id
