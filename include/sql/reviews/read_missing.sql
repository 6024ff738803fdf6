-- grain: one incident of which facts are missing and whose next reminder has come: so many of its times have passed
with due as (
    select
        r.incident_id, r.due_at, r.missing, r.reminders,
        (
            select count(*) from unnest(cast(:waits_s as integer[])) as w (s)
            where r.ended_at + make_interval(secs => w.s) <= :now
        ) as step
    from incident_review as r
    where r.state = 'waiting' and r.due_at > :now
)

select d.incident_id, d.step from due as d
where d.step > d.reminders
order by d.due_at, d.incident_id
