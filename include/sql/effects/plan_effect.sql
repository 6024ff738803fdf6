-- the intent: written with the decision, before anything is sent
insert into effect (
    effect_key, family, sink, recipient, payload, level, planned_at, valid_until, next_attempt_at, scan_id,
    incident_id, step, attempt_group, slot, order_id, customer_id, side_effect, amount_minor, currency,
    incident_cap_minor, business_key, state, hold_reason, undoes
)
values (
    :effect_key, :family, :sink, :recipient, cast(:payload as jsonb), :level, :now, :valid_until,
    coalesce(cast(:not_before as timestamptz), :now), :scan_id,
    :incident_id, :step, :attempt_group, :slot, :order_id, :customer_id, :side_effect, :amount_minor, :currency,
    :incident_cap_minor, :business_key, :state, :hold_reason, :undoes
)
on conflict do nothing
returning effect_id
