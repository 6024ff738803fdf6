-- grain: one currency: what was given to customers of an incident, what was taken back, and what has perhaps arrived
select
    currency,
    cast(coalesce(sum(amount_minor) filter (where state = 'delivered'), 0) as bigint) as spent_minor,
    count(*) filter (where state = 'delivered') as spent,
    cast(coalesce(sum(amount_minor) filter (where state = 'undone'), 0) as bigint) as undone_minor,
    cast(coalesce(sum(amount_minor) filter (where state in ('unknown', 'needs_human')), 0) as bigint) as open_minor
from effect
where incident_id = :incident_id and side_effect = 'money'
group by currency
order by currency
