select count(*) as waiting from order_alert
