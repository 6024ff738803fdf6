-- grain: one rule that was right or wrong in the eyes of people: the last word about each incident counts
select
    l.said_cause as cause,
    count(*) as judged,
    count(*) filter (where l.wrong_rule is not null) as wrong
from (
    select distinct on (incident_id) incident_id, said_cause, wrong_rule
    from review_correction
    order by incident_id, at desc, correction_id desc
) as l
where l.said_cause is not null
group by l.said_cause
order by l.said_cause
