-- judgements about rows that changed while they were being judged; the next round sees the new facts
delete from judged as j
where
    not exists (
        select 1 from order_alert as a
        where
            a.order_id = j.order_id and a.node = j.node
            and coalesce(a.verdict, 'suspect') = 'suspect' and a.alert_at = j.alert_at and a.entered_at = j.entered_at
    )
returning j.order_id, j.node
