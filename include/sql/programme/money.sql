-- grain: one incident with orders that began in a month, and one currency in which its customers, or those of what was
-- merged into it, were given something that was not taken back; part: the currency, none where nothing was given;
-- value: the sum in minor units
with begun as (
    select i.incident_id, i.opened_at from incident as i
    where
        i.opened_at >= :since and i.opened_at < :until and i.state <> 'merged'
        and exists (select 1 from incident_member as m where m.incident_id = i.incident_id)
)

select
    b.opened_at as at, b.incident_id, cast(null as text) as order_id, g.currency as part,
    g.currency is not null as hit, g.minor as value
from begun as b
left join lateral (
    select e.currency, cast(sum(e.amount_minor) as bigint) as minor from effect as e
    where
        (
            e.incident_id = b.incident_id
            or e.incident_id in (select p.incident_id from incident as p where p.parent_id = b.incident_id)
        )
        and e.side_effect = 'money' and e.state = 'delivered'
    group by e.currency
) as g on true
order by b.opened_at, b.incident_id, g.currency
