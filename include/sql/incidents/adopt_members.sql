-- the child's orders join its parent, each with a line of the timeline
with joined as (
    insert into incident_member (incident_id, anomaly_id, joined_at)
    select :incident_id, m.anomaly_id, :now from incident_member as m
    where m.incident_id = :child_id
    on conflict do nothing
    returning anomaly_id
)

insert into timeline (at, event, actor, incident_id, order_id, node, detail, policy_version, threshold_version)
select
    :now, 'anomaly_joined', :actor, :incident_id, a.order_id, a.node,
    jsonb_build_object('anomaly', a.anomaly_id, 'from', cast(:child_id as bigint)), :policy_version,
    (select version from threshold_active)
from joined as j
inner join anomaly as a on j.anomaly_id = a.anomaly_id
order by a.order_id, a.node
