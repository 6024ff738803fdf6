create temporary table promised_alert (
    order_id text not null,
    node smallint not null,
    alert_s bigint not null,
    chance real
) on commit drop
