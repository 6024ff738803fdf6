-- one row: orders that were in a step between two instants, those of one carrier and those of the others, and how many
-- of them were late there
with here as (
    select
        s.carrier = :carrier as ours,
        exists(
            select 1 from anomaly as a
            where
                a.order_id = g.order_id and a.node = g.node and a.verdict = 'anomaly'
                and a.detected_at <= :until and (a.closed_at is null or a.closed_at >= :since)
        ) as late
    from order_stage as g
    cross join lateral shipment_of(g.order_id) as s
    where
        g.node = :node and g.entered_at <= :until and (g.left_at is null or g.left_at >= :since)
        and s.carrier is not null
)

select
    count(*) filter (where ours) as seen,
    count(*) filter (where ours and late) as late,
    count(*) filter (where not ours) as others_seen,
    count(*) filter (where not ours and late) as others_late
from here
