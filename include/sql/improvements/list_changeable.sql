-- grain: one thing that an improvement may have changed, the latest of each kind first
(
    select 'rule:' || r.rule_id as link, r.state as about from learned_rule as r
    where r.state in ('shadow', 'active', 'retired')
    order by r.rule_id desc limit 20
)
union all
(
    select 'threshold:' || v.version, v.model from threshold_version as v
    order by v.version desc limit 10
)
union all
(
    select 'playbook:' || p.playbook || '@' || left(p.sha, 8), to_char(p.first_seen_at, 'YYYY-MM-DD')
    from playbook_version as p
    order by p.first_seen_at desc, p.playbook limit 40
)
