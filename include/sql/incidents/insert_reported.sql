-- an order that a person has found wrong counts as abnormal from now on, whatever its clock says
insert into anomaly as known (
    order_id, node, verdict, level, batch_no, entered_at, alert_at, detected_at, threshold_version, evidence,
    explanation, reported_by
)
values (
    :order_id, :node, 'anomaly', :level, :batch_no, :entered_at, least(cast(:alert_at as timestamptz), :now), :now,
    (select version from threshold_active), cast(:evidence as jsonb), cast(:explanation as jsonb), :by
)
on conflict (order_id, node) where closed_at is null do update
    set reported_by = excluded.reported_by, verdict = excluded.verdict
returning anomaly_id
