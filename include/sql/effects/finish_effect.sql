-- only the holder of the lease may say how it ended; five failures in a row close the way to the sink for a while,
-- and an attempt that never reached for it (failed is null) says nothing about it.
-- That this attempt came to nothing says nothing about an earlier one
with done as (
    update effect set
        state = case
            when in_doubt and :state = 'planned' then 'unknown'
            when in_doubt and :state in ('failed', 'cancelled') then 'needs_human'
            else :state
        end,
        lease_until = null,
        first_sent_at = case when in_doubt or :state not in ('planned', 'cancelled') then first_sent_at end,
        delivered_at = case when :state = 'delivered' then cast(:now as timestamptz) end,
        next_attempt_at = coalesce(:next_attempt_at, next_attempt_at),
        last_error = :error,
        ref = coalesce(:ref, ref)
    where effect_id = :effect_id and fence = :fence and state = 'sending'
    returning sink
),

felt as (
    update sink as s set
        fail_streak = case when cast(:failed as boolean) then s.fail_streak + 1 else 0 end,
        open_until = case
            when cast(:failed as boolean) and s.fail_streak + 1 >= 5
                then clock_timestamp() + least(interval '30 seconds' * (s.fail_streak - 3), interval '15 minutes')
        end
    from done
    where s.sink = done.sink and (cast(:failed as boolean) or not cast(:failed as boolean) and s.fail_streak > 0)
)

select sink from done
