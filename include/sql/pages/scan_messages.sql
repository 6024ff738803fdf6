-- messages about the incidents that this scan opened
select e.family, e.sink, e.recipient, e.state, e.delivered_at, e.last_error
from effect as e
where
    e.effect_id in (
        select x.effect_id
        from effect_incident as x
        inner join timeline as t on x.incident_id = t.incident_id
        where t.scan_id = :scan_id and t.event in ('opened', 'triage_expired')
    )
order by e.level desc, e.effect_id
limit 500
