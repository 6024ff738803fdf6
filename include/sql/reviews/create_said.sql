-- what each version says of the step's orders, side by side
create temporary table said (
    version integer not null,
    order_id text not null,
    alert_at timestamptz not null,
    member boolean not null,
    primary key (version, order_id)
) on commit drop
