-- the intent: written with the decision, before anything is sent
insert into effect (
    effect_key, family, sink, recipient, payload, level, planned_at, valid_until, next_attempt_at
)
values (
    :effect_key, :family, :sink, :recipient, cast(:payload as jsonb), :level, :now, :valid_until, :now
)
on conflict (effect_key) do nothing
returning effect_id
