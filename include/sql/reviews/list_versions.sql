-- grain: one threshold version that an incident is looked at with: the one in force when it began, and the latest three
-- others that nobody has rejected
with spoken as (
    select distinct on (version) version, decision
    from threshold_decision
    order by version, decision_id desc
),

used as (
    select version
    from threshold_decision
    where decision = 'in_force'
    order by at > :opened_at, case when at <= :opened_at then decision_id end desc, decision_id
    limit 1
),

others as (
    select version, decision from spoken
    where decision <> 'rejected' and version not in (select u.version from used as u)
    order by version desc
    limit 3
)

select v.version, v.model, v.learned_at, true as used, a.version is not null as active, 'in_force' as decision
from used as u
inner join threshold_version as v on u.version = v.version
left join threshold_active as a on v.version = a.version
union all
select v.version, v.model, v.learned_at, false as used, a.version is not null as active, o.decision
from others as o
inner join threshold_version as v on o.version = v.version
left join threshold_active as a on v.version = a.version
order by used desc, version desc
