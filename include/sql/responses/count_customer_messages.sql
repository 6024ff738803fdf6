-- letters to this customer that went, or go, since the given instant over all incidents, and ever about this one
select
    count(*) filter (where coalesce(delivered_at, next_attempt_at) >= :since) as letters,
    count(*) filter (where incident_id = :incident_id) as of_incident
from effect
where
    customer_id = :customer_id and side_effect = 'customer'
    and state not in ('cancelled', 'expired', 'failed')
