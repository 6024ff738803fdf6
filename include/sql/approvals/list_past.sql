-- grain: one question that is over, one page, the latest first, with who answered it and why
with answers as (
    select
        approval_id,
        jsonb_agg(
            jsonb_build_object('login', login, 'role', role, 'decision', decision, 'note', note, 'at', at) order by at
        ) as said
    from approval_answer
    group by approval_id
)

select
    a.approval_id, a.incident_id, a.step, a.amount_minor, a.currency, a.requested_by, a.asked_at, a.outcome,
    a.closed_at, e.step as act_step, e.sink, e.order_id, e.state, r.playbook, r.sha,
    coalesce(w.said, '[]') as answers,
    count(*) over () as total
from approval as a
inner join effect as e on a.effect_id = e.effect_id
left join answers as w on a.approval_id = w.approval_id
left join lateral (
    select playbook, sha from response
    where incident_id = a.incident_id
    order by attempt desc
    limit 1
) as r on true
where
    a.outcome is not null
    and case cast(:said as text)
        when 'approved' then a.outcome = 'approved'
        when 'rejected' then a.outcome = 'rejected' and w.said is not null
        when 'nobody' then a.outcome = 'rejected' and w.said is null
        when 'withdrawn' then a.outcome = 'withdrawn'
        else true
    end
order by a.closed_at desc, a.approval_id desc
limit :size offset :skip
