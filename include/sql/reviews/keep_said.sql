-- grain: one order of the step that was still in it when the version would have spoken; member: it is of the incident
insert into said (version, order_id, alert_at, member)
select
    :version, r.order_id, r.alert_at,
    exists(
        select 1
        from incident_member as m
        inner join anomaly as a on m.anomaly_id = a.anomaly_id
        where m.incident_id = :incident_id and a.order_id = r.order_id and a.node = r.node
    )
from alert_result as r
inner join order_stage as g on r.order_id = g.order_id and r.node = g.node
where r.alert_at < :until and (g.left_at is null or g.left_at > r.alert_at)
