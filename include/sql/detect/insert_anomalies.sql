-- grain: one open anomaly per order and node, whatever happens to the scan that found it; a doubtful one that
-- nobody looked at becomes a plain one
insert into anomaly as known (
    order_id, node, verdict, level, batch_no, entered_at, alert_at, detected_at, threshold_version,
    evidence, explanation
)
select
    j.order_id, j.node, j.verdict, j.level, j.batch_no, j.entered_at, j.alert_at, :now,
    (select version from threshold_active), j.evidence, j.explanation
from judged as j
where j.verdict in ('anomaly', 'suspect')
order by j.order_id, j.node
on conflict (order_id, node) where closed_at is null do update
    set
        verdict = excluded.verdict,
        level = excluded.level,
        evidence = excluded.evidence,
        explanation = excluded.explanation
    where known.verdict = 'suspect' and excluded.verdict = 'anomaly'
returning anomaly_id, order_id, node
