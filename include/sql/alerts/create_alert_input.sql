create temporary table alert_input (
    order_id text not null,
    node smallint not null,
    cell_id integer not null,
    calendar_id smallint,
    entered_at timestamptz not null,
    platform_deadline_at timestamptz,
    stopped_at timestamptz,
    expected_until timestamptz,
    granted_until timestamptz,
    ordered_at timestamptz,
    promised_at timestamptz,
    promise_alert_at timestamptz,
    chance real,
    primary key (order_id, node)
) on commit drop
