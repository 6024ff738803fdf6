-- who has stopped the automation here, if anybody
select taken_by, reason, until from pause
where pause_id = pause_of(:incident_id)
