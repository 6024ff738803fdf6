select
    pull_id, source, feed, mode, since, until, state, records, accepted, refused, error, clock_skew_s, checks
from feed_pull
where scan_id = :scan_id
order by source, feed
