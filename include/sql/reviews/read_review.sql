-- one row: the latest version of a review, and the incident that it is about alone, as people have left it
select
    r.review_id, d.version, d.written_at, d.content, d.sha, d.policy_version, r.kind, r.incident_id, i.level,
    i.edit_version, s.state, s.missing, s.due_at, s.breached_at, s.published_at,
    exists(select 1 from review_print as p where p.review_id = r.review_id) as printed
from review as r
inner join review_document as d on r.review_id = d.review_id
left join incident as i on r.incident_id = i.incident_id
left join incident_review as s on r.incident_id = s.incident_id
where r.review_id = :review_id
order by d.version desc
limit 1
