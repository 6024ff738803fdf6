-- records that were refused only because what they refer to had not arrived yet, and those that a person asks for again
select quarantine_id, record
from quarantine
where
    source = :source and feed = :feed and state = 'new'
    and (reason = any(:reasons) or replay_asked_at is not null)
order by quarantine_id
