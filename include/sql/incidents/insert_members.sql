insert into incident_member (incident_id, anomaly_id)
select :incident_id, unnest(cast(:anomaly_ids as bigint[]))
on conflict do nothing
returning anomaly_id
