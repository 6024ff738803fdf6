-- a version with what became of it last
select
    v.version, v.model, v.learned_at, v.window_from, v.window_to, v.stages, v.policy_version, v.run_id, v.report,
    d.decision, d.decided_by, d.reason, d.at as decided_at,
    exists(select 1 from threshold_active as a where a.version = v.version) as active
from threshold_version as v
left join lateral (
    select * from threshold_decision
    where version = v.version
    order by decision_id desc
    limit 1
) as d on true
where cast(:version as integer) is null or v.version = :version
order by v.version desc
limit 200
