-- one row: orders that left a step of one warehouse between two instants, and the mean of as long a time, on the same
-- days of the four weeks before; none where the step's record does not reach that far back
with week as (
    select
        no, cast(:since as timestamptz) - no * interval '7 days' as since,
        cast(:until as timestamptz) - no * interval '7 days' as until
    from generate_series(0, 4) as no
),

passed as (
    select
        w.no,
        count(o.order_id) as orders
    from week as w
    left join order_stage as g on g.node = :node and g.left_at between w.since and w.until
    left join orders as o on g.order_id = o.order_id and o.warehouse = :warehouse
    group by w.no
)

select
    max(orders) filter (where no = 0) as passed,
    case
        when exists (select 1 from order_stage where left_at < cast(:since as timestamptz) - interval '28 days')
            then cast(avg(orders) filter (where no > 0) as double precision)
    end as usual
from passed
