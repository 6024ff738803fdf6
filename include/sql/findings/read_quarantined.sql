select source, feed, record_id, reason
from quarantine
where state = 'new'
order by source, feed, record_id, reason
