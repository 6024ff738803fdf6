-- one that needs a second person's yes goes on waiting
update effect as e set state = 'planned', hold_reason = null, next_attempt_at = greatest(e.next_attempt_at, :now)
where
    e.effect_id = :effect_id and e.state = 'held'
    and exists (select 1 from approval as a where a.effect_id = e.effect_id and a.outcome = 'approved')
returning e.effect_id
