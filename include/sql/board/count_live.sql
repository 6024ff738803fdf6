-- live incidents that no larger one explains: all, those that wait for the reader, and the reader's own, by level
with for_people as (
    select
        e.incident_id,
        count(*) filter (where e.state = 'needs_human') as needs_human,
        bool_or(a.roles ?| cast(:roles as text[])) as mine
    from effect as e
    left join approval as a on e.effect_id = a.effect_id and a.outcome is null
    where e.state in ('held', 'needs_human') and e.incident_id is not null
    group by e.incident_id
),

live as (
    select
        i.level, i.inhibited_by is not null as explained,
        (
            i.owner_role = any(cast(:roles as text[]))
            or i.acknowledged_by = :login or coalesce(p.taken_by = :login, false)
        ) as mine,
        (
            i.owner_role = any(cast(:roles as text[])) and (
                i.state in ('triage', 'open') and i.acknowledged_by is null
                or coalesce(w.needs_human, 0) > 0
            )
            or coalesce(w.mine, false)
            or coalesce(p.taken_by = :login and p.until <= :now, false)
        ) as needs_me
    from incident as i
    left join for_people as w on i.incident_id = w.incident_id
    left join pause as p
        on p.scope = 'incident' and p.subject = cast(i.incident_id as text) and p.ended_at is null
    where i.state not in ('closed', 'dismissed', 'merged')
)

select
    count(*) filter (where not explained) as all_of_them,
    count(*) filter (where not explained and mine) as mine,
    count(*) filter (where not explained and needs_me) as needs_me,
    count(*) filter (where explained) as explained,
    array[
        count(*) filter (where not explained and level = 0), count(*) filter (where not explained and level = 1),
        count(*) filter (where not explained and level = 2), count(*) filter (where not explained and level = 3)
    ] as by_level
from live
