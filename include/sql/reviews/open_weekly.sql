-- the collection of a step and week: made once, whoever comes first
with made as (
    insert into review (kind, node, week, created_at) values ('weekly', :node, :week, :now)
    on conflict (node, week) do nothing
    returning review_id
)

select review_id from made
union all
select review_id from review where node = :node and week = :week
limit 1
