-- grain: one silence in force, or that has ended since then; of one in force the live incidents (at most 20) that it
-- is over
select
    s.silence_id, s.incident_id, s.order_id, s.cause, s.kind, s.node, s.level, s.reason, s.owner, s.starts, s.ends,
    s.ended_at, s.ended_by, least(s.ends, s.ended_at) > :now as live,
    array(
        select i.incident_id from incident as i
        where i.state not in ('closed', 'dismissed', 'merged') and least(s.ends, s.ended_at) > :now and is_about(s, i)
        order by i.incident_id
        limit 20
    ) as over
from silence as s
where least(s.ends, s.ended_at) > :since
order by live desc, least(s.ends, s.ended_at), s.silence_id
limit 500
