-- limits by currency; one that the file no longer names stays for the effects that were planned under it
insert into money_policy as known (
    currency, auto_approve_minor, per_order_minor, per_customer_minor, per_day_minor, zone
)
select m.currency, m.auto_approve, m.per_order, m.per_customer, m.per_day, :zone
from
    jsonb_to_recordset(cast(:money as jsonb))
        as m (currency text, auto_approve bigint, per_order bigint, per_customer bigint, per_day bigint)
on conflict (currency) do update
    set
        auto_approve_minor = excluded.auto_approve_minor,
        per_order_minor = excluded.per_order_minor,
        per_customer_minor = excluded.per_customer_minor,
        per_day_minor = excluded.per_day_minor,
        zone = excluded.zone
    where (
        known.auto_approve_minor, known.per_order_minor, known.per_customer_minor, known.per_day_minor, known.zone
    ) is distinct from (
        excluded.auto_approve_minor, excluded.per_order_minor, excluded.per_customer_minor, excluded.per_day_minor,
        excluded.zone
    )
