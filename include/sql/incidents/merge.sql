-- whatever had fallen silent under the child is explained by the parent now
with child as (
    update incident set state = 'merged', parent_id = :into_id, closed_at = :now, inhibited_by = null
    where incident_id = :incident_id and state not in ('closed', 'dismissed', 'merged')
    returning incident_id
),

under as (
    update incident as i set inhibited_by = :into_id
    from child as c
    where i.inhibited_by = c.incident_id and i.incident_id <> :into_id
)

select incident_id from child
