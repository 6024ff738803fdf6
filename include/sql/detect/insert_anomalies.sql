-- grain: one open anomaly per order and node, whatever happens to the scan that found it; a doubtful one that
-- nobody looked at becomes a plain one; one that has become graver, or shows a cause, is told of again
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
        level = greatest(known.level, excluded.level),
        batch_no = excluded.batch_no,
        evidence = excluded.evidence,
        explanation = excluded.explanation
    where
    excluded.verdict = 'anomaly' and (
        known.verdict = 'suspect'
        or excluded.level > known.level
        or excluded.batch_no <> coalesce(known.batch_no, '')
        or excluded.evidence -> 'cause' not in ('[]', known.evidence -> 'cause')
    )
returning anomaly_id, order_id, node, xmax = 0 as fresh
