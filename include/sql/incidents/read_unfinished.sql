-- incidents that have gone on for so long that they are told again: the waits grow while nobody answers, and are the
-- longest once somebody has; `with_role` is whom it was escalated to last
with going_on as (
    select
        incident_id, level, owner_role, asked_at, acknowledged_at,
        greatest(asked_at, reminded_at, acknowledged_at) as told_at,
        case when acknowledged_at is null then (cast(:waits_s as bigint[]))[reminders + 1] end as wait_s
    from incident
    where
        state in ('open', 'acknowledged', 'mitigated') and level > 0 and asked_at is not null
        and inhibited_by is null
)

select
    i.incident_id, i.level, i.owner_role,
    case when i.acknowledged_at is null then e.role end as with_role
from going_on as i
left join lateral (
    select t.detail ->> 'role' as role
    from timeline as t
    where t.incident_id = i.incident_id and t.event = 'escalated' and t.at >= i.asked_at
    order by t.timeline_id desc
    limit 1
) as e on true
where
    i.told_at + make_interval(secs => coalesce(i.wait_s, :longest_s)) <= :now
    and not is_silenced(i.incident_id, :now)
order by i.level desc, i.incident_id
