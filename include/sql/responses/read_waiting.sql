-- live incidents of a kind and level that some playbook answers, and that no run answers yet, or that have become
-- another matter since the last one began
select i.incident_id
from incident as i
where
    i.state in ('triage', 'open', 'acknowledged') and i.inhibited_by is null
    and i.kind || ':' || i.level = any(:answered)
    and not is_silenced(i.incident_id, business_now())
    and not exists (
        select 1
        from response as r
        where
            r.incident_id = i.incident_id
            and r.started_at >= coalesce((
                select max(t.at)
                from timeline as t
                where
                    t.incident_id = i.incident_id
                    and t.event in (
                        'opened', 'triage_expired', 'level_raised', 'raised_by_hand', 'reopened', 'inhibition_ended',
                        'reported'
                    )
            ), i.opened_at)
    )
order by i.level desc, i.incident_id
