-- a newer good version of the same record has arrived, or this very one was accepted at last
update quarantine as q set
    state = case when q.quarantine_id = any(:retried) then 'replayed' else 'superseded' end,
    handled_at = :now,
    handled_by = :handled_by
where
    q.source = :source and q.feed = :feed and q.state = 'new'
    and exists (
        select 1 from feed_row as f
        where f.pull_id = :pull_id and f.body ->> cast(:key as text) = q.record_id
    )
