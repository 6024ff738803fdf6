select incident_id, dedup_key, kind, level, state, owner_role, acknowledge_by
from incident
where state not in ('closed', 'dismissed', 'merged')
