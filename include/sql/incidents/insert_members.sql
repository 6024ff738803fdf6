-- who joins for the first time, and a line of the timeline for each
with joined as (
    insert into incident_member (incident_id, anomaly_id, joined_at)
    select :incident_id, unnest(cast(:anomaly_ids as bigint[])), :now
    on conflict do nothing
    returning anomaly_id
)

insert into timeline (
    at, event, actor, incident_id, order_id, node, detail, scan_id, policy_version, threshold_version
)
select
    :now, 'anomaly_joined', :actor, :incident_id, a.order_id, a.node, jsonb_build_object('anomaly', a.anomaly_id),
    :scan_id, :policy_version, (select version from threshold_active)
from joined as j
inner join anomaly as a on j.anomaly_id = a.anomaly_id
order by a.order_id, a.node
