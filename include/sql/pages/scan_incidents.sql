-- grain: one row per incident that this scan touched and late order that joined it then; where none joined, those that
-- are late in it now
with touched as (
    select incident_id, array_agg(distinct event) as events
    from timeline
    where
        scan_id = :scan_id and incident_id is not null
        and event in (
            'opened', 'triage_expired', 'reopened', 'level_raised', 'anomaly_joined', 'inhibition_ended', 'resolved'
        )
    group by incident_id
),

joined as (
    select incident_id, (detail ->> 'anomaly')::bigint as anomaly_id
    from timeline
    where scan_id = :scan_id and incident_id is not null and event = 'anomaly_joined'
),

shown as (
    select incident_id, anomaly_id from joined
    union all
    select t.incident_id, m.anomaly_id
    from touched as t
    inner join incident_member as m on t.incident_id = m.incident_id
    inner join anomaly as a on m.anomaly_id = a.anomaly_id and a.closed_at is null
    where not exists (select 1 from joined as j where j.incident_id = t.incident_id)
)

select
    i.incident_id, i.dedup_key, i.kind, i.level, i.owner_role, i.state, i.reasons, i.acknowledge_by, t.events,
    a.order_id, a.node, a.explanation
from touched as t
inner join incident as i on t.incident_id = i.incident_id
left join shown as s on t.incident_id = s.incident_id
left join anomaly as a on s.anomaly_id = a.anomaly_id
order by i.level desc, i.incident_id, i.dedup_key, a.order_id
limit 500
