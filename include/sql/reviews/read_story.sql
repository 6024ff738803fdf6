-- grain: one line of an incident's timeline until it was over, the oldest first; orders that joined together are one
-- line
with lines as (
    select
        t.timeline_id, t.at, t.event, t.actor, t.order_id,
        t.event = 'anomaly_joined' as joined,
        case t.event when 'anomaly_joined' then cast('{}' as jsonb) else t.detail end as detail,
        case t.event when 'anomaly_joined' then 0 else t.timeline_id end as apart
    from timeline as t
    where t.incident_id = :incident_id and t.at <= :until
)

select
    l.at, l.event, l.actor, l.detail,
    (array_agg(l.order_id order by l.order_id) filter (where l.joined))[1:5] as orders,
    count(*) as lines,
    min(l.timeline_id) as timeline_id
from lines as l
group by l.at, l.event, l.actor, l.detail, l.joined, l.apart
order by min(l.timeline_id)
limit 300
