-- one row: the latest version of a review that is on paper in this language
select version, pdf, printed_at from review_print
where review_id = :review_id and language = :language
order by version desc
limit 1
