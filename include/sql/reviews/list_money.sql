-- grain: one voucher of an incident that was issued, taken back, or of which nobody knows
select
    e.order_id, e.step, e.amount_minor, e.currency, e.state, coalesce(e.delivered_at, e.first_sent_at) as at, e.ref,
    count(*) over () as total
from effect as e
where
    e.incident_id = :incident_id and e.side_effect = 'money'
    and e.state in ('delivered', 'undone', 'unknown', 'needs_human')
order by at, e.effect_id
limit :size offset :skip
