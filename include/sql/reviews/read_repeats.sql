-- grain: one earlier incident in which the same cause had happened to the same, the latest first
select r.incident_id, r.ended_at
from incident_review as r
where
    r.cause = :cause and r.subject is not distinct from :subject
    and r.ended_at >= :since and r.ended_at < :until and r.incident_id <> :incident_id
order by r.ended_at desc, r.incident_id desc
limit 100
