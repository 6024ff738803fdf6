select c.code, h.opens, h.work_before, h.work_after
from calendar_hours as h
inner join calendar as c on h.calendar_id = c.calendar_id
