-- one row: how good the response was in the eyes of those who rated it as a whole, each with the last word; their words
-- stay where they were written
select
    count(*) as people, round(avg(l.stars), 1) as mean,
    count(*) filter (where l.false_alarm_because is not null) as false_alarm
from (
    select distinct on (rated_by) stars, false_alarm_because from rating
    where incident_id = :incident_id and step is null
    order by rated_by, rating_id desc
) as l
