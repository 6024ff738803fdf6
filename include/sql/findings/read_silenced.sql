-- the latest decision per order and node, as long as it still keeps anybody from being alerted
with decided as (
    select distinct on (t.order_id, t.node)
        t.order_id, t.node, t.event, t.detail
    from timeline as t
    where t.event in ('exempted', 'not_valid')
    order by t.order_id asc, t.node asc, t.timeline_id desc
)

select
    d.order_id, d.node,
    case d.event when 'not_valid' then 'invalid:' else '' end || (d.detail -> 'evidence' -> 'reasons' ->> 0) as reason
from decided as d
inner join order_alert as a on d.order_id = a.order_id and d.node = a.node
where a.verdict = 'invalid' or a.verdict is null and a.expected_until is not null
order by d.order_id, d.node
