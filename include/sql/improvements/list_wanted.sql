-- grain: one version of a playbook whose last ten ratings are below 3.0, and whether somebody has begun to do better
select
    w.playbook, w.sha, w.at, w.mean, r.incident_id,
    exists(
        select 1 from improvement as m
        where m.playbook = w.playbook and m.opened_at >= w.at
    ) as begun
from review_wanted as w
inner join rating as r on w.rating_id = r.rating_id
order by w.at desc
limit 50
