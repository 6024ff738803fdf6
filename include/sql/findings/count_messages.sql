select state, count(*) as effects
from effect
group by state
