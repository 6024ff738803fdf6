-- grain: one row per source: since when its quietest feed has said nothing
select source, min(last_ok_at) as last_ok_at, bool_or(last_ok_at is null) as never
from source_feed
group by source
order by source
