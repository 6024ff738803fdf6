update effect set state = 'expired', hold_reason = null, last_error = 'not sent while it was still true'
where state in ('planned', 'held') and valid_until <= :now
returning effect_id
