-- grain: one row per incident that is over and address that was told of it, or of a child of it, since it last began
with recursive kin as (
    select incident_id as parent, incident_id from incident
    where incident_id = any(:incident_ids) and level > 0
    union all
    select k.parent, c.incident_id
    from kin as k
    inner join incident as c on k.incident_id = c.parent_id
)

select distinct k.parent as incident_id, e.sink, e.recipient
from kin as k
inner join effect_incident as x on k.incident_id = x.incident_id
inner join effect as e on x.effect_id = e.effect_id
where
    e.family in ('opened', 'grown', 'escalated') and e.state not in ('cancelled', 'expired', 'failed')
    and e.planned_at >= coalesce((
        select max(t.at) from timeline as t
        where t.incident_id = k.parent and t.event = 'reopened'
    ), '-infinity')
order by 1, 2, 3
