insert into timeline (
    at, event, actor, incident_id, order_id, node, detail, scan_id, policy_version, threshold_version,
    action_id
)
values (
    :now, :event, :actor, :incident_id, :order_id, :node, cast(:detail as jsonb), :scan_id, :policy_version,
    (select version from threshold_active), :action_id
)
