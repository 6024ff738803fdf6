-- one row: orders that were in a step between two instants, and how many of them were late there as far as was known
-- at a third: those of one warehouse (here), those of one carrier (ours) and those of the other carriers (others), and
-- in how many waves or manifests the late ones were, an order without one being its own
with late as (
    select a.order_id, min(a.batch_no) as batch_no
    from anomaly as a
    where
        a.node = :node and a.verdict = 'anomaly' and a.alert_at <= :known_at
        and (a.closed_at is null or a.closed_at >= :since)
    group by a.order_id
),

stayed as (
    select g.order_id
    from order_stage as g
    where g.node = :node and g.left_at >= :since and g.entered_at <= :until
    union all
    select w.order_id
    from order_alert as w
    where w.node = :node and w.entered_at <= :until
),

seen as (
    select
        o.warehouse = :warehouse as here,
        s.carrier = :carrier as ours,
        s.carrier <> :carrier as others,
        l.order_id is not null as late,
        coalesce(l.batch_no, l.order_id) as batch_no
    from stayed as y
    inner join orders as o on y.order_id = o.order_id
    left join lateral shipment_of(y.order_id) as s on true
    left join late as l on y.order_id = l.order_id
)

select
    count(*) filter (where here) as here_seen,
    count(*) filter (where here and late) as here_late,
    count(distinct batch_no) filter (where here and late) as here_batches,
    count(*) filter (where ours) as ours_seen,
    count(*) filter (where ours and late) as ours_late,
    count(distinct batch_no) filter (where ours and late) as ours_batches,
    count(*) filter (where others) as others_seen,
    count(*) filter (where others and late) as others_late,
    count(distinct batch_no) filter (where others and late) as others_batches
from seen
