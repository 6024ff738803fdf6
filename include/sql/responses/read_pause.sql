-- who has stopped the automation here, if anybody; a pause whose time is up still holds until somebody ends it
select pause_id, scope, subject, taken_by, reason, since, until
from pause
where
    ended_at is null
    and (
        scope = 'everything'
        or scope = 'incident' and subject = :incident_id
        or scope = 'playbook' and subject = :playbook
        or scope = 'order' and subject = any(:order_ids)
    )
order by until desc
limit 1
