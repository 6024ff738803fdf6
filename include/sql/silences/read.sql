-- silences that keep something quiet now or later, or all there ever were, with what they are over now
select
    s.silence_id, s.incident_id, s.order_id, s.cause, s.kind, s.node, s.level, s.reason, s.owner, s.starts, s.ends,
    s.ended_at, s.ended_by,
    array(
        select i.incident_id from incident as i
        where i.state not in ('closed', 'dismissed', 'merged') and is_about(s, i) and least(s.ends, s.ended_at) > :now
        order by i.incident_id
        limit 20
    ) as over
from silence as s
where :every or least(s.ends, s.ended_at) > :now
order by s.silence_id
