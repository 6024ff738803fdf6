-- grain: one incident with orders that began in a month, and one currency in which its customers, or those of what was
-- merged into it, were given something that was not taken back; part: the currency, none where nothing was given;
-- value: the sum in minor units
with begun as (
    select i.incident_id, i.opened_at from incident as i
    where
        i.opened_at >= :since and i.opened_at < :until and i.state <> 'merged'
        and exists (select 1 from incident_member as m where m.incident_id = i.incident_id)
),

kin as (
    select b.incident_id as whole, p.incident_id as paid_for
    from begun as b
    inner join incident as p on b.incident_id = p.incident_id or b.incident_id = p.parent_id
),

given as (
    select k.whole, e.currency, cast(sum(e.amount_minor) as bigint) as minor
    from kin as k
    inner join effect as e on k.paid_for = e.incident_id
    where e.side_effect = 'money' and e.state = 'delivered'
    group by k.whole, e.currency
)

select
    b.opened_at as at, b.incident_id, cast(null as text) as order_id, g.currency as part,
    g.currency is not null as hit, g.minor as value
from begun as b
left join given as g on b.incident_id = g.whole
order by b.opened_at, b.incident_id, g.currency
