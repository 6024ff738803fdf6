-- an order as our books have it; who ordered it is nobody's business here
select status, category, region, channel, warehouse, value_minor, currency, platform_deadline_at, promised_at
from orders
where order_id = :order_id
