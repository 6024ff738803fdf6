create temporary table judged (
    order_id text not null,
    node smallint not null,
    alert_at timestamptz not null,
    entered_at timestamptz not null,
    verdict text not null,
    expected_until timestamptz,
    promised boolean not null,
    level smallint not null,
    batch_no text,
    evidence jsonb not null,
    explanation jsonb not null,
    primary key (order_id, node)
) on commit drop
