-- live storms and silent sources, the youngest first
select
    i.incident_id, i.kind, i.dedup_key, i.state, i.reasons, i.opened_at, i.acknowledged_by,
    (select count(*) from incident_member as m where m.incident_id = i.incident_id) as orders,
    (
        select count(*) from effect as f
        where f.incident_id = i.incident_id and f.state = 'held'
    ) as held
from incident as i
where i.state not in ('closed', 'dismissed', 'merged', 'resolved') and i.kind in ('mass_delay', 'source')
order by i.kind, i.incident_id desc
limit 6
