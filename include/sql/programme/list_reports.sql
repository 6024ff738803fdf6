-- grain: one month with the latest version of its report, the latest month first
select distinct on (r.month) r.month, r.version, r.written_at, r.policy_version, r.content, r.sha
from programme_report as r
where r.month between :first and :last
order by r.month desc, r.version desc
