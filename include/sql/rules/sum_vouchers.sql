-- grain: one row per currency; what was paid about these orders since :since and was not taken back
select currency, count(*) as vouchers, sum(amount_minor)::bigint as amount_minor
from effect
where side_effect = 'money' and state = 'delivered' and order_id = any(:order_ids) and planned_at >= :since
group by currency
order by currency
