-- grain: one incident that is over and whose review has to be written, or written anew because somebody has rated the
-- response or named a cause since, or a customer was asked or has answered; what is due first comes first
select r.incident_id, i.level
from incident_review as r
inner join incident as i on r.incident_id = i.incident_id
where
    r.state in ('wanted', 'waiting', 'breached')
    or r.state = 'published' and (
        exists (select 1 from rating as g where g.incident_id = r.incident_id and g.at >= r.looked_at)
        or exists (select 1 from review_correction as c where c.incident_id = r.incident_id and c.at >= r.looked_at)
        or exists (
            select 1 from survey_invitation as s
            where s.incident_id = r.incident_id and s.changed_at >= r.looked_at
        )
    )
order by r.due_at, r.incident_id
