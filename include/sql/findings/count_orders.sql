select count(*) as orders
from orders
where status = 'open'
