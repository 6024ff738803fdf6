-- grain: one row per incident that fits, one page of them, with the number of all that fit
select
    i.incident_id, i.level, i.kind, i.dedup_key, i.state, i.owner_role, i.opened_at, i.acknowledge_by,
    i.acknowledged_by, i.acknowledged_at, i.resolved_at, i.closed_at, i.inhibited_by, i.parent_id, i.reasons,
    i.reported, i.reopened, i.dismissed_as, i.root_cause, i.root_cause_note, i.overruled_level, i.edit_version,
    silence_of(i.incident_id, :now) as silence_id,
    coalesce(m.orders, 0) as orders,
    coalesce(m.nodes, '{}') as nodes,
    r.run_id, r.playbook,
    p.pause_id, p.control, p.taken_by, p.reason as pause_reason, p.until as paused_until, p.scope as pause_scope,
    e.needs_human, e.held,
    count(*) over () as total
from incident as i
left join lateral (
    select count(distinct a.order_id) as orders, array_agg(distinct a.node order by a.node) as nodes
    from incident_member as x
    inner join anomaly as a on x.anomaly_id = a.anomaly_id
    where x.incident_id = i.incident_id and (a.closed_at is null or i.state in ('resolved', 'closed', 'dismissed'))
) as m on true
left join lateral (
    select run_id, playbook from response
    where incident_id = i.incident_id
    order by attempt desc
    limit 1
) as r on true
left join lateral (
    select
        count(*) filter (where f.state = 'needs_human') as needs_human, count(*) filter (where f.state = 'held') as held
    from effect as f
    where f.incident_id = i.incident_id and f.state in ('needs_human', 'held')
) as e on true
left join pause as p on p.pause_id = pause_of(i.incident_id)
where
    (cast(:incident_ids as bigint[]) is null or i.incident_id = any(cast(:incident_ids as bigint[])))
    and (cast(:states as text[]) is null or i.state = any(cast(:states as text[])))
    and (cast(:levels as smallint[]) is null or i.level = any(cast(:levels as smallint[])))
    and (cast(:kinds as text[]) is null or i.kind = any(cast(:kinds as text[])))
    and (cast(:owner as text) is null or i.owner_role = :owner)
    and (
        cast(:control as text) is null
        or coalesce(p.control, 'auto') = :control
    )
    and (cast(:order_id as text) is null or exists (
        select 1
        from incident_member as x
        inner join anomaly as a on x.anomaly_id = a.anomaly_id
        where x.incident_id = i.incident_id and a.order_id = :order_id
    ))
order by
    case when :sort = 'level' then i.level end desc,
    case when :sort in ('level', 'deadline') then coalesce(i.acknowledge_by, 'infinity') end,
    case when :sort = 'opened' then i.opened_at end desc,
    i.incident_id desc
limit :size offset :skip
