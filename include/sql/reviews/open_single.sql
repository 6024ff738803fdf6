-- the review of one incident: made once, whoever comes first
with made as (
    insert into review (kind, incident_id, created_at) values ('single', :incident_id, :now)
    on conflict (incident_id) do nothing
    returning review_id
)

select review_id from made
union all
select review_id from review where incident_id = :incident_id
limit 1
