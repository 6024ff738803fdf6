-- grain: one incident with orders that began in a month and was neither dismissed nor merged; hit: it began by itself,
-- and before any customer had complained that one of its orders was late
select
    i.opened_at as at, i.incident_id, cast(null as text) as order_id, cast(null as text) as part,
    i.reported is null and not exists (
        select 1
        from incident_member as m
        inner join anomaly as a on m.anomaly_id = a.anomaly_id
        inner join complaint as c on a.order_id = c.order_id
        where m.incident_id = i.incident_id and c.about = 'late' and c.complained_at < i.opened_at
    ) as hit,
    cast(null as bigint) as value
from incident as i
where
    i.opened_at >= :since and i.opened_at < :until and i.state not in ('dismissed', 'merged')
    and exists (select 1 from incident_member as m where m.incident_id = i.incident_id)
order by i.opened_at, i.incident_id
