-- grain: one incident that is over and how long each link of the chain took, in seconds; none where it did not
-- happen. detected: from the first alert time of an order to the incident; the others from the incident on
create view incident_times as
select
    i.incident_id, i.level, i.kind, i.closed_at, i.opened_at,
    greatest(0, extract(epoch from i.opened_at - m.alert_at)) as detected_s,
    extract(epoch from told.at - i.opened_at) as told_s,
    extract(epoch from coalesce(i.acknowledged_at, seen.at) - i.opened_at) as acknowledged_s,
    extract(epoch from written.at - i.opened_at) as contacted_s,
    extract(epoch from i.resolved_at - i.opened_at) as resolved_s,
    extract(epoch from i.closed_at - i.opened_at) as closed_s,
    written.planned > 0 as wrote
from incident as i
left join lateral (
    select min(a.alert_at) as alert_at
    from incident_member as x
    inner join anomaly as a on x.anomaly_id = a.anomaly_id
    where x.incident_id = i.incident_id and a.detected_at <= i.opened_at
) as m on true
left join lateral (
    select min(coalesce(e.delivered_at, e.first_sent_at)) as at
    from effect_incident as x
    inner join effect as e on x.effect_id = e.effect_id
    where x.incident_id = i.incident_id and e.family in ('opened', 'digest', 'escalated')
) as told on true
left join lateral (
    select min(t.at) as at from timeline as t
    where t.incident_id = i.incident_id and t.event = 'acknowledged'
) as seen on true
left join lateral (
    select min(e.delivered_at) filter (where e.state in ('delivered', 'undone')) as at, count(*) as planned
    from effect as e
    where e.incident_id = i.incident_id and e.side_effect = 'customer'
) as written on true
where i.state = 'closed';
