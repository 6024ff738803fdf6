-- grain: one incident that another is compared with: of the same level, closed between two instants; how long its links
-- took, in seconds
select
    t.incident_id, t.kind, t.opened_at, t.closed_at, t.detected_s, t.told_s, t.acknowledged_s, t.contacted_s,
    t.resolved_s, t.closed_s, count(*) over () as total
from incident_times as t
where t.level = :level and t.closed_at >= :since and t.closed_at < :until and t.incident_id <> :incident_id
order by t.closed_at desc, t.incident_id desc
limit :size offset :skip
