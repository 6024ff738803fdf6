-- effects of playbook steps: bound to an incident, to an order, to money, and to the decision that allows them
alter table effect drop constraint effect_family_check;
alter table effect add constraint effect_family_check check (
    family in ('opened', 'grown', 'digest', 'resolved', 'task_failed', 'response', 'approval', 'escalated', 'reminder')
);
alter table effect drop constraint effect_state_check;
alter table effect add constraint effect_state_check check (
    state in (
        'held', 'planned', 'sending', 'delivered', 'unknown', 'needs_human', 'failed', 'expired', 'cancelled'
    )
);
alter table effect
add column incident_id bigint references incident,
add column step text,
add column attempt_group smallint not null default 1 check (attempt_group >= 1),
add column slot text,
add column order_id text,
add column customer_id text,
add column side_effect text not null default 'internal' check (side_effect in ('internal', 'customer', 'money')),
add column amount_minor bigint not null default 0 check (amount_minor >= 0),
add column currency text references money_policy,
add column business_key text,
add column hold_reason text,
add column payload_sha text,
add column ref text,
add constraint effect_of_a_step check (
    (incident_id is null) = (step is null) and (step is null) = (slot is null)
),
add constraint effect_money check ((side_effect = 'money') = (amount_minor > 0 and currency is not null)),
add constraint effect_about_one_order check (
    side_effect = 'internal' or (order_id is not null and customer_id is not null and business_key is not null)
),
add constraint effect_held check ((state = 'held') = (hold_reason is not null));

-- one voucher and one apology per order, whatever incident, playbook, rerun or attempt asks for it
create unique index effect_once on effect (business_key)
where business_key is not null and state not in ('cancelled', 'expired', 'failed');
-- one act per step and slot: its order, else the person told, else the incident; a new owner is no new work order
create unique index effect_step on effect (incident_id, step, slot)
where incident_id is not null and state not in ('cancelled', 'expired', 'failed');
create index effect_customer on effect (customer_id, planned_at) where side_effect in ('customer', 'money');

insert into effect_transition (before, after) values
('held', 'planned'), ('held', 'cancelled'), ('held', 'expired'), ('planned', 'cancelled'), ('unknown', 'delivered');
