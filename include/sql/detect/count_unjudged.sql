-- orders whose alert time has come in nodes that nobody can judge now
select count(*) as unknown
from order_alert
where judged_at is null and alert_at <= :now and node = any(:nodes)
