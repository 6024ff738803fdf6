-- records that were refused only because what they refer to had not arrived yet
select quarantine_id, record
from quarantine
where source = :source and feed = :feed and state = 'new' and reason = any(:reasons)
order by quarantine_id
