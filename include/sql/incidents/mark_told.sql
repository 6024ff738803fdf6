-- from here on growth is counted anew
update incident as i set
    told_at = :now, told_orders = (
        select count(distinct a.order_id)
        from incident_member as m
        inner join anomaly as a on m.anomaly_id = a.anomaly_id and a.closed_at is null
        where m.incident_id = i.incident_id
    )
where i.incident_id = any(:incident_ids)
