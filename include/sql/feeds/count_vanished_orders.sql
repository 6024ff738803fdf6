-- of the orders open in our books, how many does a complete list not name?
select
    count(*) as known,
    count(*) filter (where order_id <> all(:named)) as vanished
from orders
where status = 'open' and missing_since is null
