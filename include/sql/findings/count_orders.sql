-- the orders that are really watched: they wait in some node, or are known not to have started because nobody has paid
select count(*) as orders
from orders as o
where
    exists (select 1 from order_alert as a where a.order_id = o.order_id)
    or o.status = 'open' and o.payment in ('unpaid', 'deposit')
