-- everything that was ever decided about an order, and what happened to the incidents it belongs to
with own as (
    select distinct m.incident_id
    from incident_member as m
    inner join anomaly as a on m.anomaly_id = a.anomaly_id
    where a.order_id = :order_id
)

select
    t.at, t.node, t.event,
    coalesce(
        t.detail -> 'explanation' ->> 'zh-CN',
        x.explanation ->> 'zh-CN',
        nullif(t.detail ->> 'reasons', '[]')
    ) as why,
    coalesce(
        t.detail -> 'explanation' ->> 'en',
        x.explanation ->> 'en',
        nullif(t.detail ->> 'reasons', '[]')
    ) as why_en
from timeline as t
left join anomaly as x on x.anomaly_id = (t.detail ->> 'anomaly')::bigint
where t.order_id = :order_id or t.incident_id in (select incident_id from own) and t.order_id is null
order by t.timeline_id
