select record from feed_record
where pull_id = :pull_id
order by record_no
