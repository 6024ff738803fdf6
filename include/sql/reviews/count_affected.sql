-- one row: the orders and customers of an incident, and who complained of lateness before anybody had written to them
with affected as (
    select distinct o.order_id, o.customer_id
    from incident_member as m
    inner join anomaly as a on m.anomaly_id = a.anomaly_id
    inner join orders as o on a.order_id = o.order_id
    where m.incident_id = :incident_id
),

written as (
    select e.order_id, min(e.delivered_at) as at
    from effect as e
    where e.incident_id = :incident_id and e.side_effect = 'customer' and e.state in ('delivered', 'undone')
    group by e.order_id
)

select
    count(distinct a.order_id) as orders,
    count(distinct a.customer_id) as customers,
    count(distinct a.customer_id) filter (where c.tier in ('vip', 'svip')) as important,
    count(distinct a.order_id) filter (where w.at is not null) as contacted,
    count(distinct a.order_id) filter (
        where exists (
            select 1 from complaint as p
            where
                p.order_id = a.order_id and p.about = 'late' and p.complained_at <= :until
                and p.complained_at < coalesce(w.at, 'infinity')
        )
    ) as complained_first
from affected as a
left join customer as c on a.customer_id = c.customer_id
left join written as w on a.order_id = w.order_id
