-- what may be spent without asking and in all, as include/policy/response.yaml says; people and what they may approve
create table money_policy (
    currency text primary key check (currency ~ '^[A-Z]{3}$'),
    auto_approve_minor bigint not null check (auto_approve_minor >= 0),
    per_order_minor bigint not null check (per_order_minor > 0),
    per_customer_minor bigint not null check (per_customer_minor > 0),
    per_day_minor bigint not null check (per_day_minor > 0),
    check (auto_approve_minor <= per_order_minor)
);
create table approval_right (
    role text not null,
    currency text not null references money_policy,
    up_to_minor bigint not null check (up_to_minor >= 0),
    primary key (role, currency)
);
create table person_role (
    login text not null,
    role text not null,
    primary key (login, role)
);

-- committed = planned, on its way, delivered, or possibly delivered; a cap is a constraint, not a hope
create table budget (
    scope text primary key,
    cap_minor bigint not null check (cap_minor > 0),
    committed_minor bigint not null default 0,
    check (committed_minor between 0 and cap_minor)
);
