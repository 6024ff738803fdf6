-- grain: one source that was out at some time between two instants
select distinct split_part(i.dedup_key, ':', 2) as source
from incident as i
where
    i.kind = 'source' and i.state not in ('dismissed', 'merged')
    and i.opened_at <= :until and coalesce(i.resolved_at, 'infinity') > :since
order by source
