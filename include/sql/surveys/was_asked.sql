-- one row: whether a customer has been asked since an instant, about whatever
select exists(
    select 1 from survey_invitation as s
    where s.customer_id = :customer_id and s.asked_at > :since and s.state <> 'not_asked'
) as asked
