-- grain: one incident that was over in a month and whose cause is known; part: the cause; hit: another in which the
-- same cause had happened to the same was over in the time before it
select
    r.ended_at as at, r.incident_id, cast(null as text) as order_id, r.cause as part,
    exists(
        select 1 from incident_review as e
        where
            e.cause = r.cause and e.subject is not distinct from r.subject
            and e.ended_at >= r.ended_at - make_interval(secs => :repeat_s)
            and (e.ended_at, e.incident_id) < (r.ended_at, r.incident_id)
    ) as hit,
    cast(null as bigint) as value
from incident_review as r
where r.cause is not null and r.ended_at >= :since and r.ended_at < :until
order by r.ended_at, r.incident_id
