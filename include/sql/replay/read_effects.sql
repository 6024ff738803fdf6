-- grain: one row per sink, order and currency: what would have reached the outside world
select sink, family, order_id, currency, count(*) as sent, coalesce(sum(amount_minor), 0)::bigint as amount_minor
from effect
where planned_at > :since and state = 'delivered'
group by sink, family, order_id, currency
order by sink, family, order_id, currency
