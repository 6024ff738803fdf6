-- grain: one incident that was closed or dismissed in a month; hit: it was for nothing, because a person dismissed it
-- as a false alarm or as no order, or said so in the last word of a rating
with said as (
    select distinct on (r.incident_id, r.step, r.rated_by) r.incident_id, r.false_alarm_because
    from rating as r
    order by r.incident_id, r.step, r.rated_by, r.rating_id desc
)

select
    i.closed_at as at, i.incident_id, cast(null as text) as order_id, cast(null as text) as part,
    coalesce(i.dismissed_as in ('false_alarm', 'not_an_order'), false) or exists (
        select 1 from said as s
        where s.incident_id = i.incident_id and s.false_alarm_because ~ '\S'
    ) as hit,
    cast(null as bigint) as value
from incident as i
where i.state in ('closed', 'dismissed') and i.closed_at >= :since and i.closed_at < :until
order by i.closed_at, i.incident_id
