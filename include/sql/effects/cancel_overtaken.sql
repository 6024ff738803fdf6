-- a message or voucher about an order that has moved on is not sent any more
update effect set state = 'cancelled', hold_reason = null, last_error = 'the order has moved on meanwhile'
where
    state in ('planned', 'held') and side_effect <> 'internal' and family <> 'survey'
    and not is_still_late(incident_id, order_id)
    and (cast(:keys as text[]) is null or effect_key = any(cast(:keys as text[])))
returning effect_id
