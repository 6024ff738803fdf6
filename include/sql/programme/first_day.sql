-- one row: when the first incident ever began; none where there was none
select min(i.opened_at) as at
from incident as i
