insert into incident_member (incident_id, anomaly_id, joined_at)
select :incident_id, unnest(cast(:anomaly_ids as bigint[])), :now
on conflict do nothing
returning anomaly_id
