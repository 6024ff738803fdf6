-- grain: one incident with orders that began in a month and was neither dismissed nor merged; value: seconds from the
-- alert time of its first anomaly until the first message about it, or about what was merged into it, arrived at an
-- owner, or the first letter or voucher at a customer; hit: that took no longer than allowed. One that still has time
-- is left out
with begun as (
    select i.incident_id, i.opened_at, min(a.alert_at) as alert_at
    from incident as i
    inner join incident_member as m on i.incident_id = m.incident_id
    inner join anomaly as a on m.anomaly_id = a.anomaly_id
    where
        i.opened_at >= :since and i.opened_at < :until and i.state not in ('dismissed', 'merged')
        and a.detected_at <= i.opened_at
    group by i.incident_id
),

kin as (
    select b.incident_id as whole, p.incident_id as told_of
    from begun as b
    inner join incident as p on b.incident_id = p.incident_id or b.incident_id = p.parent_id
),

reached as (
    select k.whole, min(e.delivered_at) as at
    from kin as k
    inner join effect_incident as x on k.told_of = x.incident_id
    inner join effect as e on x.effect_id = e.effect_id
    where
        e.family in ('opened', 'grown', 'digest', 'escalated')
        or e.family = 'response' and e.side_effect in ('customer', 'money')
    group by k.whole
),

answered as (
    select b.*, r.at as answered_at
    from begun as b
    left join reached as r on b.incident_id = r.whole
)

select
    a.opened_at as at, a.incident_id, cast(null as text) as order_id, cast(null as text) as part,
    coalesce(a.answered_at <= a.alert_at + make_interval(secs => :within_s), false) as hit,
    case
        when a.answered_at is not null
            then cast(greatest(0, extract(epoch from a.answered_at - a.alert_at)) as bigint)
    end as value
from answered as a
where a.answered_at is not null or a.alert_at + make_interval(secs => :within_s) <= :now
order by a.opened_at, a.incident_id
