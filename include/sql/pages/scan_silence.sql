-- late orders that this scan alerted nobody to, and why
select order_id, node, event, detail -> 'explanation' as explanation
from timeline
where scan_id = :scan_id and event in ('exempted', 'not_valid')
order by event, node, order_id
limit 500
