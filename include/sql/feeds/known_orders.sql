-- orders in our books, and the good ones of this very scan that are not yet in them
select order_id from orders
where order_id = any(:order_ids)
union
select f.body ->> 'order_id'
from feed_pull as p
inner join feed_row as f on p.pull_id = f.pull_id
where p.scan_id = :scan_id and p.feed = 'orders' and f.body ->> 'order_id' = any(:order_ids)
