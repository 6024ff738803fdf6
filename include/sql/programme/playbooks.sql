-- grain: one response that began in a month and is over; part: its playbook; hit: the last attempt of every act has
-- arrived or was not needed any more, nobody had to find out whether one arrived, and nobody took the incident over;
-- value: the mean of the stars that people gave it, in hundredths
with begun as (
    select
        r.*,
        coalesce(n.started_at, i.closed_at, 'infinity') as until_at,
        r.finished_at is not null or n.attempt is not null or i.state in ('closed', 'dismissed', 'merged') as ended
    from response as r
    inner join incident as i on r.incident_id = i.incident_id
    left join response as n on r.incident_id = n.incident_id and r.attempt + 1 = n.attempt
    where r.triggered_at is not null and r.started_at >= :since and r.started_at < :until
),

wanted as (
    select * from begun
    where ended
),

act as (
    select distinct on (w.incident_id, w.attempt, e.step, e.slot)
        w.incident_id, w.attempt, e.state,
        exists(
            select 1 from effect_event as v
            where v.effect_id = e.effect_id and v.after = 'needs_human'
        ) as asked
    from wanted as w
    inner join effect as e on w.incident_id = e.incident_id
    where e.planned_at >= w.started_at and e.planned_at < w.until_at
    order by w.incident_id, w.attempt, e.step, e.slot, e.attempt_group desc
)

select
    w.started_at as at, w.incident_id, cast(null as text) as order_id, w.playbook as part,
    not exists (
        select 1 from act as a
        where
            a.incident_id = w.incident_id and a.attempt = w.attempt
            and (a.asked or a.state not in ('delivered', 'undone', 'cancelled'))
    ) and not exists (
        select 1 from pause as p
        where
            p.scope = 'incident' and p.subject = cast(w.incident_id as text) and p.control = 'manual'
            and p.since >= w.started_at and p.since < w.until_at
    ) as hit,
    (
        select cast(round(100 * avg(l.stars)) as bigint)
        from (
            select distinct on (g.rated_by) g.stars from rating as g
            where g.incident_id = w.incident_id and g.sha = w.sha and g.step is null
            order by g.rated_by, g.rating_id desc
        ) as l
    ) as value
from wanted as w
order by w.started_at, w.incident_id, w.attempt
