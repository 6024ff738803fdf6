-- what the scan has told people; the acts of playbooks are their own matter
select state, count(*) as effects
from effect
where step is null and family <> 'approval'
group by state
