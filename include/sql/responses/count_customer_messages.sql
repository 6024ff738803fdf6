-- letters to this customer since the given instant, over all incidents
select count(*) as letters from effect
where
    customer_id = :customer_id and side_effect = 'customer' and planned_at > :since
    and state not in ('cancelled', 'expired', 'failed')
