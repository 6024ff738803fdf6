-- the files of one release, as they were
select m.key as playbook, v.sha, v.raw
from playbook_release as r
cross join lateral jsonb_each_text(r.members) as m
inner join playbook_version as v on m.value = v.sha
where r.release = :release
order by m.key
