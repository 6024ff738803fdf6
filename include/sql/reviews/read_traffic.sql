-- one row: orders that were in a step between two instants, and how many of them were late there as far as was known
-- at a third: those of one warehouse (here), those of one carrier (ours) and those of the other carriers (others), and
-- in how many waves or manifests the late ones were, an order without one being its own
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
from step_traffic(
    cast(:node as smallint), :warehouse, :carrier, :since, :until, :known_at
)
