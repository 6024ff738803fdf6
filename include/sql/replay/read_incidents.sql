-- grain: one row per incident that began after :since, with what its response has spent and sent
select
    i.incident_id, i.kind, i.level, i.dedup_key, i.opened_at, i.state, i.parent_id,
    (select count(*) from incident_member as m where m.incident_id = i.incident_id) as orders,
    (
        select r.playbook from response as r
        where r.incident_id = i.incident_id
        order by r.started_at desc
        limit 1
    ) as playbook
from incident as i
where i.opened_at > :since
order by i.incident_id
