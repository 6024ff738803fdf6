insert into silence (
    incident_id, order_id, cause, kind, node, level, reason, owner, starts, ends, created_at
)
values (:incident_id, :order_id, :cause, :kind, :node, :level, :reason, :owner, :now, :ends, :now)
returning silence_id
