create temporary table exempted on commit drop as
select order_id, node, expected_until, case when promised then expected_until end as granted_until
from judged
where verdict = 'exempt'
