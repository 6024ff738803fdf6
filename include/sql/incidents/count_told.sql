-- was the beginning of this incident told to anybody?
select distinct x.incident_id
from effect_incident as x
where x.incident_id = any(:incident_ids)
