-- grain: the last word of each person about an incident's response, or about one of its steps; the youngest first
select r.at, r.step, r.stars, r.false_alarm_because, r.words, r.rated_by
from (
    select distinct on (step, rated_by) * from rating
    where incident_id = :incident_id
    order by step, rated_by, rating_id desc
) as r
order by r.rating_id desc
