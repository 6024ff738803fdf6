-- grain: one row per version and cell; the row of a whole node carries no cell of its own
insert into threshold (
    version, cell_id, threshold_s, mean_s, buffer_s, samples, fallback_level, quantiles, learned_to
)
select
    :version, coalesce(c.cell_id, -t.node), t.threshold_s, t.mean_s, t.buffer_s, t.n, t.fallback_level,
    t.quantiles, to_timestamp(t.learned_s)
from
    jsonb_to_recordset(cast(:thresholds as jsonb))
        as t (
            node smallint, category text, region text, channel text, threshold_s bigint, mean_s double precision,
            buffer_s double precision, n integer, fallback_level text, quantiles bigint[], learned_s double precision
        )
left join cell as c
    on t.node = c.node and t.category = c.category and t.region = c.region and t.channel = c.channel
where t.category is null or c.cell_id is not null
