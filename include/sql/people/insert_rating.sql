insert into rating (
    at, incident_id, step, playbook, sha, stars, false_alarm_because, words, rated_by, link_id
)
select
    :now, i.incident_id, :step, r.playbook, r.sha, :stars, :because, :words, :rated_by, :link_id
from incident as i
left join lateral (
    select playbook, sha from response
    where incident_id = i.incident_id
    order by attempt desc
    limit 1
) as r on true
where i.incident_id = :incident_id
on conflict (link_id) do nothing
returning rating_id
