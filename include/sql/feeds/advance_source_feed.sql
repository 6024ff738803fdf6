-- the watermark moves with the rows, in one transaction, and never back; while the source's clock is off nobody
-- knows up to when it has told everything, so it stays
with pulled as (
    select
        pull_id, source, feed, mode,
        case when mode <> 'completed' then until end as heard_at,
        case when mode <> 'completed' and coalesce(abs(clock_skew_s) <= :max_clock_skew_s, true) then until end
            as told_to
    from feed_pull
    where pull_id = :pull_id
),

newest as (select max(version) as version from feed_row where pull_id = :pull_id)

insert into source_feed as known (source, feed, watermark, reconciled_at, last_ok_at, newest_version)
select p.source, p.feed, p.told_to, case when p.mode = 'open' then p.told_to end, p.heard_at, n.version
from pulled as p
cross join newest as n
on conflict (source, feed) do update set
    watermark = greatest(known.watermark, excluded.watermark),
    reconciled_at = greatest(known.reconciled_at, excluded.reconciled_at),
    last_ok_at = greatest(known.last_ok_at, excluded.last_ok_at),
    newest_version = greatest(known.newest_version, excluded.newest_version)
