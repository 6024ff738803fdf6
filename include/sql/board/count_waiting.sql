-- what waits for people beside the incidents: open questions (of all, and of the reader's roles), pauses whose time is
-- up and that nobody has handed back, refused records, reviews that lack what only people can say, or that are late
with asked as (
    select
        count(*) as questions,
        count(*) filter (where a.roles ?| cast(:roles as text[]) and a.requested_by <> :login) as mine
    from approval as a
    inner join effect as e on a.effect_id = e.effect_id and e.state = 'held'
    where a.outcome is null
),

stopped as (
    select count(*) as pauses from pause
    where ended_at is null and until <= business_now()
),

refused as (
    select count(*) as records from quarantine
    where state = 'new'
),

lacking as (
    select count(*) as reviews, count(*) filter (where state = 'breached') as late from incident_review
    where state in ('waiting', 'breached')
)

select
    q.questions, q.mine, p.pauses, r.records, l.reviews, l.late
from asked as q
cross join stopped as p
cross join refused as r
cross join lacking as l
