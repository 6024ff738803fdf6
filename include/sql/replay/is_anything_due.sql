select exists(select 1 from effect where state = 'planned' and next_attempt_at <= :now and planned_at > :since) as due
