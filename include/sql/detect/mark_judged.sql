-- an exempt order is asked again when the exemption ends; every other verdict stands until the facts change
update order_alert as a set
    judged_at = case when j.verdict <> 'exempt' then cast(:now as timestamptz) end,
    verdict = case when j.verdict <> 'exempt' then j.verdict end
from judged as j
where a.order_id = j.order_id and a.node = j.node
