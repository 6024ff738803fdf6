update alert_input as i set promise_alert_at = to_timestamp(p.alert_s), chance = p.chance
from promised_alert as p
where i.order_id = p.order_id and i.node = p.node
