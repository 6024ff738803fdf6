-- grain: one pause that nobody has ended, or that has ended since then; of a live one what is in its scope and has not
-- begun, and how grave what it is about is
select
    p.pause_id, p.scope, p.subject, p.taken_by, p.reason, p.since, p.until, p.control, p.ended_at, p.ended_by,
    i.level as incident_level, i.edit_version, h.acts, h.incidents
from pause as p
left join incident as i on p.scope = 'incident' and cast(i.incident_id as text) = p.subject
left join lateral (
    select count(*) as acts, count(distinct e.incident_id) as incidents
    from effect as e
    where
        p.ended_at is null and e.state in ('planned', 'unknown') and e.incident_id is not null
        and (
            p.scope = 'everything'
            or p.scope = 'incident' and cast(e.incident_id as text) = p.subject
            or p.scope = 'order' and e.order_id = p.subject
            or p.scope = 'playbook' and p.subject = (
                select r.playbook from response as r
                where r.incident_id = e.incident_id
                order by r.attempt desc
                limit 1
            )
        )
) as h on true
where p.ended_at is null or p.ended_at >= :since
order by p.ended_at is not null, p.ended_at desc, p.until
limit 500
