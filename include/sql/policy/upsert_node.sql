insert into node_policy as known (
    node, working_time, actor, batch, ceiling_s, grace_s, platform_lead_s
)
values (:node, :working_time, :actor, :batch, :ceiling_s, :grace_s, :platform_lead_s)
on conflict (node) do update set
    working_time = excluded.working_time,
    actor = excluded.actor,
    batch = excluded.batch,
    ceiling_s = excluded.ceiling_s,
    grace_s = excluded.grace_s,
    platform_lead_s = excluded.platform_lead_s
where (
    known.working_time, known.actor, known.batch, known.ceiling_s, known.grace_s, known.platform_lead_s
) is distinct from (
    excluded.working_time, excluded.actor, excluded.batch, excluded.ceiling_s, excluded.grace_s,
    excluded.platform_lead_s
)
