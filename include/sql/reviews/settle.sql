-- where an incident stands with its review once a document holds it: published if nothing is missing, else waiting; one
-- that was late stays so until it is complete, and what was complete stays so
with now_known as (
    select
        r.incident_id,
        case when r.state = 'published' then '{}' else cast(:missing as text[]) end as missing
    from incident_review as r
    where r.incident_id = :incident_id
)

update incident_review as r
set
    review_id = :review_id,
    missing = k.missing,
    cause = :cause,
    root_cause = :root_cause,
    subject = :subject,
    looked_at = :now,
    published_at = case when k.missing = '{}' then coalesce(r.published_at, :now) end,
    state = case
        when k.missing = '{}' then 'published'
        when r.state = 'breached' then 'breached'
        else 'waiting'
    end
from now_known as k
where r.incident_id = k.incident_id and r.state <> 'excused'
