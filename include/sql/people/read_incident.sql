select incident_id, state, level, kind, owner_role, edit_version, parent_id, inhibited_by, acknowledged_by, reported
from incident
where incident_id = :incident_id
