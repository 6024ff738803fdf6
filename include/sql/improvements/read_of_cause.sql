-- grain: one improvement that was begun before an instant after an incident of this cause, those that are open first;
-- measured: the figure that shows whether it has worked, none where people have named words alone
select
    m.improvement_id, m.title, m.owner, m.due, m.state, m.changed, m.incident_id, m.opened_at, m.ended_at,
    case when m.metric is not null then jsonb_build_object(
        'metric', m.metric, 'target', m.target, 'before', x.before, 'after', x.after, 'reached', x.reached
    ) end as measured
from improvement as m
inner join incident_review as r on m.incident_id = r.incident_id
left join improvement_measure as x on m.improvement_id = x.improvement_id
where r.cause = :cause and m.opened_at < :until
order by m.state = 'open' desc, m.due, m.improvement_id
limit 100
