-- grain: one improvement, those that are open by their day first; with who began and ended it, and why
select
    m.improvement_id, m.title, m.owner, m.due, m.verified_by, m.incident_id, m.playbook, m.changed, m.state,
    m.metric, cast(m.target as double precision) as target, x.days,
    cast(x.before as double precision) as before, x.before_count,
    cast(x.after as double precision) as after, x.after_count, x.reached,
    m.changed_rule, m.changed_version, v.playbook as changed_playbook,
    m.opened_at, m.ended_at,
    b.login as opened_by, b.reason, e.login as ended_by, e.reason as ended_because,
    m.state = 'open' and m.due < cast(:today as date) as overdue,
    count(*) over () as total
from improvement as m
inner join person_action as b on m.opened_action = b.action_id
left join person_action as e on m.ended_action = e.action_id
left join improvement_measure as x on m.improvement_id = x.improvement_id
left join playbook_version as v on m.changed_sha = v.sha
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
