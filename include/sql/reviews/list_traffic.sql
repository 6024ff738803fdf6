-- grain: one order that was in an incident's step meanwhile, those that were late first
select
    t.order_id, t.warehouse, t.carrier, t.late, t.batch_no,
    exists(
        select 1
        from incident_member as m
        inner join anomaly as a on m.anomaly_id = a.anomaly_id
        where m.incident_id = :incident_id and a.order_id = t.order_id
    ) as member,
    count(*) over () as total
from
    step_traffic(
        cast(:node as smallint), :warehouse, :carrier, :since, :until, :known_at
    ) as t
where case cast(:mark as text) when 'here' then t.here when 'ours' then t.ours when 'others' then t.others else true end
order by t.late desc, t.batch_no, t.order_id
limit :size offset :skip
