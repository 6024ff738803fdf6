-- the runs that a hand-back, or an answer about an incident, may concern: the latest of every live incident in scope
select run_id
from (
    select distinct on (r.incident_id) r.incident_id, r.playbook, r.run_id
    from response as r
    order by r.incident_id, r.attempt desc
) as r
inner join incident as i on r.incident_id = i.incident_id and i.state not in ('closed', 'dismissed', 'merged')
where
    cast(:scope as text) = 'everything'
    or :scope = 'playbook' and r.playbook = :subject
    or :scope = 'incident' and cast(r.incident_id as text) = :subject
    or :scope = 'order' and exists (
        select 1 from incident_member as m
        inner join anomaly as a on m.anomaly_id = a.anomaly_id
        where m.incident_id = r.incident_id and a.order_id = :subject
    )
order by r.incident_id desc
limit 2000
