-- grain: one row, none without a version in force: since when it has been, what it promised, and up to when the ERP
-- and the WMS (deliveries), and the CRM (complaints), have told everything; no instant where one has never answered
select
    v.version, v.model, v.document is not null as by_promises, v.report -> 'candidates' as candidates,
    (
        select max(d.at) from threshold_decision as d
        where d.version = v.version and d.decision = 'in_force'
    ) as in_force_since,
    (
        select case when count(f.last_ok_at) = 2 then min(f.last_ok_at) end from source_feed as f
        where f.feed in ('orders', 'shipments')
    ) as told_until,
    (select max(f.last_ok_at) from source_feed as f where f.feed = 'complaints') as complaints_until
from threshold_active as a
inner join threshold_version as v on a.version = v.version
