-- incidents that nobody has acknowledged in time, whom they were escalated to already, and who has heard of them
select
    i.incident_id, i.level, i.owner_role, i.acknowledge_by,
    coalesce(e.roles, '{}') as roles,
    coalesce(h.heard, '{}') as heard
from incident as i
left join lateral (
    select array_agg(t.detail ->> 'role' order by t.timeline_id) as roles
    from timeline as t
    where t.incident_id = i.incident_id and t.event = 'escalated' and t.at >= i.asked_at
) as e on true
left join lateral (
    select array_agg(distinct f.recipient) as heard
    from effect_incident as x
    inner join effect as f on x.effect_id = f.effect_id
    where
        x.incident_id = i.incident_id and f.sink = 'wecom_app' and f.planned_at >= i.asked_at
        and f.family in ('opened', 'escalated')
) as h on true
where
    i.state = 'open' and i.level > 0 and i.acknowledge_by <= :now and i.asked_at is not null
    and i.acknowledged_at is null and i.inhibited_by is null
    and not is_silenced(i.incident_id, :now)
order by i.level desc, i.incident_id
