-- grain: one incident of a collection, with how long each link of the chain took, its rating and what it cost
with stars as (
    select l.incident_id, round(avg(l.stars), 1) as stars
    from (
        select distinct on (incident_id, rated_by) incident_id, stars from rating
        where incident_id = any(:incident_ids) and step is null
        order by incident_id, rated_by, rating_id desc
    ) as l
    group by l.incident_id
),

sums as (
    select incident_id, currency, sum(amount_minor) as minor from effect
    where incident_id = any(:incident_ids) and side_effect = 'money' and state = 'delivered'
    group by incident_id, currency
),

money as (
    select incident_id, jsonb_object_agg(currency, minor) as money from sums
    group by incident_id
)

select
    i.incident_id, i.dedup_key, i.kind, i.level, i.opened_at, i.resolved_at, i.closed_at,
    i.root_cause, i.root_cause_note,
    t.detected_s, t.told_s, t.acknowledged_s, t.contacted_s, t.resolved_s, t.closed_s, t.wrote,
    s.stars, coalesce(m.money, '{}') as money
from incident as i
inner join incident_times as t on i.incident_id = t.incident_id
left join stars as s on i.incident_id = s.incident_id
left join money as m on i.incident_id = m.incident_id
where i.incident_id = any(:incident_ids)
order by i.closed_at, i.incident_id
