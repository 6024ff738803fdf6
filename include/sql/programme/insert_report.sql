-- the next version of a month's report, unless the last one says the same
insert into programme_report (month, version, written_at, policy_version, content)
select :month, coalesce(max(r.version), 0) + 1, :now, :policy_version, cast(:content as jsonb)
from programme_report as r
where r.month = :month
having
    (array_agg(r.sha order by r.version desc))[1]
    is distinct from encode(sha256(convert_to(cast(:content as jsonb)::text, 'UTF8')), 'hex')
returning version, sha
