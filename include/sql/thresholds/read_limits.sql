-- grain: one row per cell of a version; a whole node carries no keys
select
    coalesce(c.node, -t.cell_id) as node, c.category, c.region, c.channel,
    t.threshold_s, t.mean_s, t.buffer_s, t.samples, t.fallback_level,
    t.quantiles
from threshold as t
left join cell as c on t.cell_id = c.cell_id
where t.version = :version
