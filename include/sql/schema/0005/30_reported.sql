-- what people find and no clock could: an order that is wrong rather than late. A scan neither closes nor absorbs it
alter table anomaly add column reported_by text;
alter table incident
add column reported text check (reported in ('wrong_item')),
add column reported_by text,
add column reported_at timestamptz,
add column note text,
add constraint incident_reported_by_somebody check (
    (reported is null) = (reported_by is null) and (reported is null) = (reported_at is null)
);

create or replace function is_still_late(asked_incident bigint, asked_order text) returns boolean language sql stable
as $$
    select exists (
        select 1
        from incident_member as m
        inner join anomaly as a on m.anomaly_id = a.anomaly_id
        inner join order_alert as w on a.order_id = w.order_id and a.node = w.node and a.entered_at = w.entered_at
        inner join orders as o on a.order_id = o.order_id
        where
            m.incident_id = asked_incident and a.order_id = asked_order and a.closed_at is null
            and o.status = 'open' and o.payment = 'paid'
            and (
                a.reported_by is not null
                or w.verdict = 'anomaly' or w.verdict is null and w.expected_until is null
            )
    )
$$;
