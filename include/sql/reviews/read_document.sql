-- one row: the latest version of a review's document
select d.version, d.written_at, d.content, d.sha, d.policy_version
from review_document as d
where d.review_id = :review_id
order by d.version desc
limit 1
