select state, count(*) as effects
from effect
where state in ('planned', 'sending', 'unknown', 'needs_human')
group by state
