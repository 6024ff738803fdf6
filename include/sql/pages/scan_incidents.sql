-- incidents that this scan opened, with their late orders
select
    i.incident_id, i.dedup_key, i.kind, i.level, i.owner_role, i.state, i.reasons, i.acknowledge_by,
    a.order_id, a.node, a.explanation
from timeline as t
inner join incident as i on t.incident_id = i.incident_id
left join incident_member as m on i.incident_id = m.incident_id
left join anomaly as a on m.anomaly_id = a.anomaly_id
where t.scan_id = :scan_id and t.event in ('opened', 'triage_expired')
order by i.level desc, i.incident_id, i.dedup_key, a.order_id
limit 500
