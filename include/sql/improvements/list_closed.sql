-- grain: one closed incident of the last month, with its cause and what is being done about it; the latest first
select
    i.incident_id, i.level, i.kind, i.reported, i.dedup_key, i.closed_at, i.root_cause, i.root_cause_note,
    i.review_due_at,
    (
        select count(*) from improvement as m
        where m.incident_id = i.incident_id
    ) as improvements
from incident as i
where i.state = 'closed' and i.closed_at > :since and i.level >= 2
order by i.closed_at desc
limit 50
