-- grain: one improvement, those that are open by their day first; with who began and ended it, and why
select
    m.improvement_id, m.title, m.owner, m.due, m.verified_by, m.incident_id, m.playbook, m.changed, m.state,
    m.opened_at, m.ended_at,
    b.login as opened_by, b.reason, e.login as ended_by, e.reason as ended_because,
    m.state = 'open' and m.due < cast(:today as date) as overdue,
    count(*) over () as total
from improvement as m
inner join person_action as b on m.opened_action = b.action_id
left join person_action as e on m.ended_action = e.action_id
where
    (cast(:improvement_id as bigint) is null or m.improvement_id = :improvement_id)
    and (cast(:incident_id as bigint) is null or m.incident_id = :incident_id)
    and case cast(:which as text)
        when 'open' then m.state = 'open'
        when 'overdue' then m.state = 'open' and m.due < cast(:today as date)
        when 'ended' then m.state <> 'open'
        else true
    end
order by m.state = 'open' desc, case when m.state = 'open' then m.due end, m.ended_at desc nulls last, m.improvement_id
limit :size offset :skip
