insert into feed_pull (scan_id, source, feed, mode, since, until)
values (:scan_id, :source, :feed, :mode, :since, :until)
on conflict (scan_id, source, feed) do update
    set
        mode = excluded.mode,
        since = excluded.since,
        until = excluded.until,
        state = 'pulling',
        error = null,
        records = 0
returning pull_id
