-- nobody answered in time, or the question has become another one: never a yes
update approval set outcome = :outcome, closed_at = :now
where approval_id = any(:approval_ids) and outcome is null
returning approval_id
