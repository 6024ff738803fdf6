-- the version in force, and the days of rest that its promise clock knows; the clock itself may be large and stays here
select v.version, v.document -> 'rest' as rest, v.document ->> 'holidays' as holidays
from threshold_active as a
inner join threshold_version as v on a.version = v.version
