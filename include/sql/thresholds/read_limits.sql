-- grain: one row per cell of a version; a whole node carries no keys
select
    coalesce(c.node, -t.cell_id) as node, c.category, c.region, c.channel,
    t.threshold_s, t.mean_s, t.buffer_s, t.samples, t.fallback_level,
    t.quantiles, floor(extract(epoch from coalesce(t.learned_to, v.window_to)))::bigint as learned_s
from threshold as t
inner join threshold_version as v on t.version = v.version
left join cell as c on t.cell_id = c.cell_id
where t.version = :version
