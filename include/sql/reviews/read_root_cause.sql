-- one row: what a person gave as the cause when closing the incident; none if nobody did
select i.root_cause
from incident as i
where i.incident_id = :incident_id
