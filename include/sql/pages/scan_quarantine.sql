-- records that this scan refused for the first time
select q.source, q.feed, q.record_id, q.reason, q.message, q.detail, q.state
from quarantine as q
inner join feed_pull as p on q.pull_id = p.pull_id
where p.scan_id = :scan_id
order by q.source, q.feed, q.quarantine_id
limit 500
