-- the watermark moves with the rows, in one transaction, and never back; while the source's clock is off nobody
-- knows up to when it has told everything, so it stays
insert into source_feed as known (source, feed, watermark, reconciled_at, last_ok_at, newest_version)
select
    p.source, p.feed,
    case when p.mode <> 'completed' and not c.off then p.until end,
    case when p.mode = 'open' and not c.off then p.until end,
    case when p.mode <> 'completed' then p.until end,
    (select max(version) from feed_row where pull_id = p.pull_id)
from feed_pull as p
cross join lateral (select coalesce(abs(p.clock_skew_s) > :max_clock_skew_s, false) as off) as c
where p.pull_id = :pull_id
on conflict (source, feed) do update set
    watermark = greatest(known.watermark, excluded.watermark),
    reconciled_at = greatest(known.reconciled_at, excluded.reconciled_at),
    last_ok_at = greatest(known.last_ok_at, excluded.last_ok_at),
    newest_version = greatest(known.newest_version, excluded.newest_version)
