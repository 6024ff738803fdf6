-- the company's orders in our words; a row takes only newer versions of itself
create table orders (
    order_id text primary key,
    version timestamptz not null,
    status text not null check (status in ('open', 'completed', 'cancelled')),
    kind text not null check (kind in ('normal', 'presale')),
    payment text not null check (payment in ('unpaid', 'deposit', 'paid', 'refunded')),
    channel text not null,
    region text not null,
    category text not null,
    customer_id text not null,
    warehouse text not null,
    paid_at timestamptz,
    balance_paid_at timestamptz,
    approved_at timestamptz,
    value_minor bigint not null check (value_minor >= 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    platform_deadline_at timestamptz,
    flags jsonb not null default '[]' check (jsonb_typeof(flags) = 'array'),
    lines jsonb not null default '[]' check (jsonb_typeof(lines) = 'array'),
    sources_disagree_since timestamptz
);
create index orders_customer on orders (customer_id) where status = 'open';

create table shipment (
    shipment_id text primary key,
    order_id text not null,
    version timestamptz not null,
    status text not null check (status in ('open', 'signed', 'cancelled')),
    warehouse text not null,
    wave_no text,
    manifest_no text,
    carrier text,
    created_at timestamptz,
    printed_at timestamptz,
    picked_at timestamptz,
    shipped_at timestamptz,
    signed_at timestamptz,
    shortage_skus jsonb not null default '[]' check (jsonb_typeof(shortage_skus) = 'array'),
    fault_code text,
    packages jsonb not null default '[]' check (jsonb_typeof(packages) = 'array'),
    customs_status text check (customs_status in ('clearing', 'hold', 'documents_missing', 'released')),
    customs_entered_at timestamptz,
    customs_route text
);

-- the one that counts where a warehouse has started an order anew: not cancelled, else the newest
create index shipment_order on shipment (order_id);
create function shipment_of(wanted text) returns setof shipment language sql stable as $$
    select * from shipment
    where order_id = wanted
    order by status = 'cancelled', status = 'signed', version desc, shipment_id desc
    limit 1
$$;

create table customer (
    customer_id text primary key,
    version timestamptz not null,
    tier text not null check (tier in ('regular', 'vip', 'svip'))
);

create table delay_request (
    request_id text primary key,
    order_id text not null,
    version timestamptz not null,
    requested_by text not null check (requested_by in ('customer', 'seller')),
    requested_at timestamptz not null,
    until_at timestamptz,
    state text not null check (state in ('confirmed', 'pending', 'refused'))
);
create index delay_request_order on delay_request (order_id);

-- every node an order has been in: the history that thresholds are learned from
create table order_stage (
    order_id text not null references orders,
    node smallint not null references node_policy,
    cell_id integer not null references cell,
    calendar_id smallint references calendar,
    entered_at timestamptz not null,
    left_at timestamptz,
    batch_no text,
    primary key (order_id, node),
    check (left_at >= entered_at)
) with (fillfactor = 90);
create index order_stage_left on order_stage (left_at) where left_at is not null;

-- the open nodes only: the inputs of the alert time, the alert time, and what was decided when it came
create table order_alert (
    order_id text not null references orders,
    node smallint not null references node_policy,
    cell_id integer not null references cell,
    calendar_id smallint references calendar,
    entered_at timestamptz not null,
    platform_deadline_at timestamptz,
    expected_until timestamptz,
    granted_until timestamptz,
    alert_at timestamptz not null,
    threshold_s bigint,
    judged_at timestamptz,
    verdict text check (verdict in ('anomaly', 'suspect', 'invalid')),
    primary key (order_id, node),
    check ((judged_at is null) = (verdict is null))
) with (fillfactor = 80);
create index order_alert_due on order_alert (alert_at) where judged_at is null;
create index order_alert_doubtful on order_alert (judged_at) where verdict = 'suspect';
