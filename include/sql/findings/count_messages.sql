-- what the scan has told people; the acts of playbooks and surveys are their own matter
select state, count(*) as effects
from effect
where step is null and family not in ('approval', 'survey')
group by state
