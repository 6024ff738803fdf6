-- the playbooks that are served now
select v.playbook, v.sha, v.raw
from playbook_served as s
inner join playbook_release as r on s.release = r.release
cross join lateral jsonb_each_text(r.members) as m
inner join playbook_version as v on m.value = v.sha
order by v.playbook
