-- grain: one order that a version would have named on an incident's first day, the first to be late first
select
    s.order_id, s.alert_at, s.member, o.warehouse, o.category, o.region, o.channel, count(*) over () as total
from said as s
inner join orders as o on s.order_id = o.order_id
where s.version = :version and s.alert_at >= :since and s.alert_at < :until
order by s.alert_at, s.order_id
limit :size offset :skip
