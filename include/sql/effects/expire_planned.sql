update effect set state = 'expired', last_error = 'not sent while it was still true'
where state = 'planned' and valid_until <= :now
returning effect_id
