-- a rule that nobody has renewed is retired, and the timeline says so
with over as (
    update learned_rule set state = 'retired', ended_at = :now
    where state = 'active' and expires_at <= :now
    returning rule_id, expires_at
)

insert into timeline (at, event, actor, detail)
select :now, 'rule_expired', 'orderwatch', jsonb_build_object('rule', rule_id, 'expired_at', expires_at) from over
returning timeline_id
