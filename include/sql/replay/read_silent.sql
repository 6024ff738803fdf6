-- grain: one row per order and node that was late and nobody was told, and why
select order_id, node, event, min(at) as at, jsonb_agg(distinct detail -> 'evidence' -> 'reasons') as reasons
from timeline
where incident_id is null and event in ('exempted', 'not_valid')
group by order_id, node, event
order by order_id, node, event
