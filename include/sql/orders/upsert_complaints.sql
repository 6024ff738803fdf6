-- grain: one row per complaint; takes newer versions only; no order is judged anew because of it
insert into complaint as known (complaint_id, order_id, version, customer_id, complained_at, about)
select r.complaint_id, r.order_id, r.version, r.customer_id, r.complained_at, r.about
from feed_row as f
cross join lateral jsonb_populate_record(null::complaint, f.body) as r
where f.pull_id = :pull_id
order by r.complaint_id
on conflict (complaint_id) do update
    set
        order_id = excluded.order_id,
        version = excluded.version,
        customer_id = excluded.customer_id,
        complained_at = excluded.complained_at,
        about = excluded.about
    where excluded.version >= known.version
    and (
        excluded.order_id, excluded.version, excluded.customer_id, excluded.complained_at, excluded.about
    ) is distinct from (
        known.order_id, known.version, known.customer_id, known.complained_at, known.about
    )
