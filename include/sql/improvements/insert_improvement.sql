insert into improvement (
    title, owner, due, verified_by, incident_id, playbook, metric, target, opened_at, opened_action
)
values (
    :title, :owner, :due, :verified_by, :incident_id, :playbook, :metric, :target, :now, :action_id
)
returning improvement_id
