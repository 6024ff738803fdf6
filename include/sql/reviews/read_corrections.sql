-- grain: one word of a person about an incident's cause, the latest last
select c.at, c.given, c.login, c.root_cause, c.cause, c.reason, c.said_cause, c.said_confidence, c.wrong_rule
from review_correction as c
where c.incident_id = :incident_id
order by c.at, c.correction_id
