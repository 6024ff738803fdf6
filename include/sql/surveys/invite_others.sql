-- grain: one customer with an order that arrived in a week and none that was late in it or in the time before: a sample
-- that is the same whenever it is drawn. A week is drawn once
with arrived as (
    select distinct on (o.customer_id) o.customer_id, o.order_id
    from order_stage as g
    inner join orders as o on g.order_id = o.order_id
    where g.node = 5 and g.left_at >= :since and g.left_at < :until and o.status = 'completed'
    order by o.customer_id, g.left_at, o.order_id
),

affected as (
    select distinct o.customer_id
    from anomaly as a
    inner join orders as o on a.order_id = o.order_id
    where a.detected_at >= :calm_since or a.closed_at is null or a.closed_at >= :calm_since
)

insert into survey_invitation (week, customer_id, order_id, planned_at, ask_by)
select :week, c.customer_id, c.order_id, :now, :ask_by
from arrived as c
left join affected as f on c.customer_id = f.customer_id
where
    f.customer_id is null
    and not exists (select 1 from survey_invitation as s where s.week = :week)
order by md5(c.customer_id || cast(cast(:week as date) as text)), c.customer_id
limit :most
on conflict do nothing
returning invitation_id
