-- who has stopped the automation of an incident, or of one order in it; an act without an order is an act for all of
-- them. A pause whose time is up still holds until somebody ends it.
create function pause_of(of_incident bigint, of_order text default null) returns bigint language sql stable as $$
    select p.pause_id
    from pause as p
    where
        p.ended_at is null
        and (
            p.scope = 'everything'
            or p.scope = 'incident' and p.subject = of_incident::text
            or p.scope = 'playbook' and p.subject = (
                select r.playbook from response as r
                where r.incident_id = of_incident
                order by r.attempt desc
                limit 1
            )
            or p.scope = 'order' and p.subject = of_order
            or p.scope = 'order' and of_order is null and exists (
                select 1
                from incident_member as m
                inner join anomaly as a on m.anomaly_id = a.anomaly_id and a.closed_at is null
                where m.incident_id = of_incident and a.order_id = p.subject
            )
        )
    order by p.until desc
    limit 1
$$;
