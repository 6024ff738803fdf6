-- grain: one row per node: the limit of the whole node in two versions, the tenth, the middle and the ninetieth
-- percent of the limits of its cells, and by which factor the limits of the cells that both know have moved
with
after as (
    select cell_id, threshold_s from threshold
    where version = :version
),

before as (
    select cell_id, threshold_s from threshold
    where version = :before
),

both_versions as (
    select
        coalesce(a.cell_id, b.cell_id) as cell_id, a.threshold_s as after_s, b.threshold_s as before_s,
        cast(a.threshold_s as double precision) / nullif(b.threshold_s, 0) as moved
    from after as a
    full join before as b on a.cell_id = b.cell_id
),

placed as (
    select b.*, coalesce(c.node, -b.cell_id) as node, c.cell_id is null as whole
    from both_versions as b
    left join cell as c on b.cell_id = c.cell_id
)

select
    node,
    max(after_s) filter (where whole) as after_whole_s,
    max(before_s) filter (where whole) as before_whole_s,
    count(after_s) filter (where not whole) as after_cells,
    count(before_s) filter (where not whole) as before_cells,
    percentile_cont(array[0.1, 0.5, 0.9]) within group (order by after_s) filter (where not whole) as after_spread_s,
    percentile_cont(array[0.1, 0.5, 0.9]) within group (order by before_s) filter (where not whole) as before_spread_s,
    percentile_cont(array[0.1, 0.5, 0.9]) within group (order by moved) filter (where not whole) as moved
from placed
group by node
order by node
