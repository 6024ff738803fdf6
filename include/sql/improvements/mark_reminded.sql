-- grain: one open improvement whose next reminder has come, and which one: 1 before its day, 2 when the day is over, 3
-- long after it. One that was begun shortly before its day has no first one; what was slept through is one reminder
update improvement as m set reminders = d.step
from (
    select
        i.improvement_id,
        case
            when cast(:today as date) >= i.due + cast(:escalate_days as integer) then 3
            when cast(:today as date) > i.due then 2
            when
                cast(:today as date) >= i.due - cast(:before_days as integer)
                and cast(i.opened_at at time zone :zone as date) < i.due - cast(:before_days as integer) then 1
            else 0
        end as step
    from improvement as i
    where i.state = 'open'
) as d
where m.improvement_id = d.improvement_id and m.state = 'open' and d.step > m.reminders
returning m.improvement_id, m.reminders as step
