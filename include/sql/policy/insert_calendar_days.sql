insert into calendar_day (calendar_id, day, status, windows, reason)
select :calendar_id, d.day, d.status, d.windows, d.reason
from jsonb_to_recordset(cast(:days as jsonb)) as d (day date, status text, windows jsonb, reason text)
