-- grain: one incident whose review somebody has to hear of
select
    i.incident_id, i.kind, i.level, i.owner_role, i.dedup_key, i.closed_at, r.due_at, r.missing, r.review_id,
    r.root_cause, r.cause
from incident_review as r
inner join incident as i on r.incident_id = i.incident_id
where i.incident_id = any(:incident_ids)
order by r.due_at, i.incident_id
