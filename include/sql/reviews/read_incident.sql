-- one row: an incident that is over and what was due for it
select
    i.incident_id,
    i.dedup_key,
    i.kind,
    i.level,
    i.state,
    i.owner_role,
    i.reasons,
    i.opened_at,
    i.resolved_at,
    i.closed_at,
    i.reopened, i.root_cause, i.root_cause_note, r.state as review_state, r.ended_at, r.due_at, r.review_id
from incident as i
inner join incident_review as r on i.incident_id = r.incident_id
where i.incident_id = :incident_id
