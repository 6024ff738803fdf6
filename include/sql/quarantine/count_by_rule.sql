-- grain: one rule of one feed by which records wait, the most frequent first
select
    source, feed, reason, count(*) as records, count(distinct record_id) as different, min(first_seen_at) as since,
    (array_agg(message order by quarantine_id desc))[1] as message
from quarantine
where state = 'new'
group by source, feed, reason
order by records desc, source, feed, reason
limit 100
