-- grain: one live incident, one page of those that fit, as a rule by their next deadline with what waits for a person
-- first: who has to do what until then, what the automation is doing, and how many orders are in it. Everything that
-- costs is asked of the page's incidents only
with snoozed as (
    select incident_id, max(least(ends, ended_at)) as until
    from silence
    where incident_id is not null and starts <= :now and least(ends, ended_at) > :now
    group by incident_id
),

live as (
    select
        i.incident_id, i.level, i.kind, i.dedup_key, i.state, i.owner_role, i.opened_at, i.acknowledged_by,
        i.acknowledged_at, i.inhibited_by, i.reported, i.edit_version,
        w.needs_human, w.held, w.held_minor, w.held_currency, s.until as snoozed_until,
        case
            when p.until is not null or s.until is not null or i.inhibited_by is not null then null
            when i.state = 'triage' then least(i.triage_until, w.decide_by)
            when i.state = 'open' and i.acknowledged_by is null then least(i.acknowledge_by, w.decide_by)
            else w.decide_by
        end as act_by,
        coalesce(
            p.until, s.until,
            case
                when i.state = 'resolved'
                    then i.resolved_at + interval '1 s' * (cast(:close_after_s as bigint[]))[i.level + 1]
            end
        ) as then_at,
        case
            when p.until is not null then 'pause'
            when s.until is not null then 'snooze'
            when i.inhibited_by is not null then 'explained'
            when i.state = 'triage' and i.triage_until <= coalesce(w.decide_by, 'infinity') then 'check'
            when
                i.state = 'open' and i.acknowledged_by is null
                and i.acknowledge_by <= coalesce(w.decide_by, 'infinity')
                then 'acknowledge'
            when w.decide_by is not null then 'decide'
            when i.state = 'resolved' then 'close'
        end as due_for,
        case :sort
            when 'level' then -i.level
            when 'age' then extract(epoch from i.opened_at)
            when 'orders' then -o.orders
        end as place
    from incident as i
    left join lateral (  -- counted for all of them only where they are sorted by it
        select count(distinct a.order_id) as orders
        from incident_member as n
        inner join anomaly as a on n.anomaly_id = a.anomaly_id and a.closed_at is null
        where :sort = 'orders' and n.incident_id = i.incident_id
    ) as o on true
    left join lateral (
        select
            count(*) filter (where e.state = 'needs_human') as needs_human,
            count(*) filter (where e.state = 'held') as held,
            cast(sum(e.amount_minor) filter (where e.state = 'held') as bigint) as held_minor,
            max(e.currency) filter (where e.state = 'held') as held_currency,
            min(e.valid_until) filter (where e.state = 'held') as decide_by,
            bool_or(a.roles ?| cast(:roles as text[])) as mine
        from effect as e
        left join approval as a on e.effect_id = a.effect_id and a.outcome is null
        where e.incident_id = i.incident_id and e.state in ('held', 'needs_human')
    ) as w on true
    left join snoozed as s on i.incident_id = s.incident_id
    left join pause as p
        on p.scope = 'incident' and p.subject = cast(i.incident_id as text) and p.ended_at is null
    where
        i.state not in ('closed', 'dismissed', 'merged')
        and (
            cast(:explained_by as bigint) is null and i.inhibited_by is null
            or i.inhibited_by = cast(:explained_by as bigint)
        )
        and (cast(:level as smallint) is null or i.level = :level)
        and (
            :who = 'all'
            or :who = 'mine' and (
                i.owner_role = any(cast(:roles as text[]))
                or i.acknowledged_by = :login or coalesce(p.taken_by = :login, false)
            )
            or :who = 'needs_me' and (
                i.owner_role = any(cast(:roles as text[])) and (
                    i.state in ('triage', 'open') and i.acknowledged_by is null
                    or coalesce(w.needs_human, 0) > 0
                )
                or coalesce(w.mine, false)
                or coalesce(p.taken_by = :login and p.until <= :now, false)
            )
        )
),

page as (
    select *, count(*) over () as total from live
    order by place, act_by, then_at, level desc, incident_id desc
    limit :size offset :skip
),

explained as (
    select inhibited_by as incident_id, count(*) as incidents
    from incident
    where inhibited_by is not null and state not in ('closed', 'dismissed', 'merged')
    group by inhibited_by
)

select
    g.*, x.incidents as explains,
    coalesce(m.orders, 0) as orders, coalesce(m.nodes, '{}') as nodes,
    r.run_id, r.playbook, r.finished_at,
    p.control, p.taken_by, p.reason as pause_reason, p.until as paused_until, p.scope as pause_scope,
    e.planned, e.sending, e.delivered, e.unknown, e.step
from page as g
left join explained as x on g.incident_id = x.incident_id
left join lateral (
    select count(distinct a.order_id) as orders, array_agg(distinct a.node order by a.node) as nodes
    from incident_member as n
    inner join anomaly as a on n.anomaly_id = a.anomaly_id
    where n.incident_id = g.incident_id and (a.closed_at is null or g.state = 'resolved')
) as m on true
left join lateral (
    select run_id, playbook, finished_at from response
    where incident_id = g.incident_id
    order by attempt desc
    limit 1
) as r on true
left join pause as p on p.pause_id = pause_of(g.incident_id)
left join lateral (
    select
        count(*) filter (where f.state = 'planned') as planned,
        count(*) filter (where f.state = 'sending') as sending,
        count(*) filter (where f.state = 'delivered') as delivered,
        count(*) filter (where f.state = 'unknown') as unknown,
        (
            array_agg(f.step order by f.effect_id)
            filter (where f.state in ('planned', 'sending', 'unknown', 'held', 'needs_human'))
        )[1] as step
    from effect as f
    where f.incident_id = g.incident_id and f.state not in ('cancelled', 'expired', 'failed')
) as e on true
order by g.place, g.act_by, g.then_at, g.level desc, g.incident_id desc
