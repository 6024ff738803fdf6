-- whether a pause of this could stop anything
select
    cast(:scope as text) = 'everything'
    or :scope = 'order' and exists (select 1 from orders where order_id = :subject)
    or :scope = 'playbook' and exists (select 1 from playbook_version where playbook = :subject)
    or :scope = 'incident' and exists (
        select 1 from incident
        where incident_id::text = :subject and state not in ('closed', 'dismissed', 'merged')
    ) as known
