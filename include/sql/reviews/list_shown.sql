-- grain: one incident that is over, with where its review stands; what is due first comes first, then the latest
select
    r.incident_id, i.level, i.kind, i.dedup_key, i.reported, r.ended_at, r.due_at, r.state, r.missing, r.excuse,
    r.cause, r.root_cause, r.review_id, r.breached_at,
    count(*) over () as total
from incident_review as r
inner join incident as i on r.incident_id = i.incident_id
where
    r.state = any(cast(:states as text[]))
    and (cast(:incident_id as bigint) is null or r.incident_id = :incident_id)
    and (
        cast(:run_id as text) is null
        or exists (select 1 from review_run as x where x.review_id = r.review_id and x.run_id = :run_id)
    )
order by
    r.state in ('wanted', 'waiting', 'breached') desc,
    case when r.state in ('wanted', 'waiting', 'breached') then r.due_at end,
    r.ended_at desc, r.incident_id desc
limit :size offset :skip
