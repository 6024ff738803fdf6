-- grain: one step and sink of an incident's response with acts that did not arrive, or of which nobody knows
select
    coalesce(step, family) as step, sink,
    count(*) filter (where state in ('failed', 'expired')) as failed,
    count(*) filter (where state in ('unknown', 'needs_human')) as open
from effect
where
    state in ('failed', 'expired', 'unknown', 'needs_human')
    and (
        incident_id = :incident_id
        or effect_id in (select x.effect_id from effect_incident as x where x.incident_id = :incident_id)
    )
group by 1, 2
order by 1, 2
