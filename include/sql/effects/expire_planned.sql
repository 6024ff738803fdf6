-- held back or waiting, and no longer true
update effect set state = 'expired', hold_reason = null, last_error = 'not sent while it was still true'
where
    state in ('planned', 'held') and valid_until <= :now
    and (cast(:keys as text[]) is null or effect_key = any(cast(:keys as text[])))
returning effect_id
