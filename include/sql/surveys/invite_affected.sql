-- grain: one customer of an incident that has been over for long enough, and not for too long, by the first of their
-- orders to be late in it; an incident without customers has one line that says so. Whoever was invited stays so
with due as (
    select r.incident_id, r.ended_at + make_interval(secs => :within_s) as ask_by
    from incident_review as r
    inner join incident as i on r.incident_id = i.incident_id
    where
        i.state = 'closed' and i.level = any(cast(:levels as integer[])) and r.state <> 'excused'
        and r.ended_at <= cast(:now as timestamptz) - make_interval(secs => :after_s)
        and r.ended_at > cast(:now as timestamptz) - make_interval(secs => :within_s)
        and not exists (select 1 from survey_invitation as s where s.incident_id = r.incident_id)
),

affected as (
    select distinct on (d.incident_id, o.customer_id) d.incident_id, d.ask_by, o.customer_id, o.order_id
    from due as d
    inner join incident_member as m on d.incident_id = m.incident_id
    inner join anomaly as a on m.anomaly_id = a.anomaly_id
    inner join orders as o on a.order_id = o.order_id
    where a.verdict = 'anomaly'  -- an order of which nobody knows whether it is one has no customer yet
    order by d.incident_id, o.customer_id, a.alert_at, o.order_id
)

insert into survey_invitation (incident_id, customer_id, order_id, planned_at, ask_by, state, reason)
select incident_id, customer_id, order_id, :now, ask_by, 'planned', null from affected
union all
select d.incident_id, null, null, :now, d.ask_by, 'not_asked', 'no_customers'
from due as d
where not exists (select 1 from affected as a where d.incident_id = a.incident_id)
on conflict do nothing
returning invitation_id
