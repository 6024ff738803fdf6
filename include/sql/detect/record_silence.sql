-- why was nobody alerted? one line per order, node and reason
insert into timeline (
    at, event, actor, order_id, node, detail, scan_id, policy_version, threshold_version
)
select
    :now, case j.verdict when 'exempt' then 'exempted' else 'not_valid' end, 'scan', j.order_id, j.node,
    jsonb_build_object(
        'expected_until', j.expected_until, 'evidence', j.evidence, 'explanation', j.explanation
    ),
    :scan_id, :policy_version, (select version from threshold_active)
from judged as j
where j.verdict in ('exempt', 'invalid')
on conflict (
    order_id,
    node,
    event,
    coalesce(detail ->> 'expected_until', ''),
    md5(coalesce((detail -> 'evidence' -> 'reasons')::text, ''))
) where incident_id is null do nothing
