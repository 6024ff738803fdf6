-- grain: one line of an incident's timeline, the youngest first; orders that joined together are one line
with told as (
    select t.timeline_id, t.at, t.event, t.actor, t.detail, p.role, cast(null as text[]) as orders, 1 as lines
    from timeline as t
    left join person_action as p on t.action_id = p.action_id
    where t.incident_id = :incident_id and t.event <> 'anomaly_joined'
    order by t.timeline_id desc
    limit 200
),

joined as (
    select
        max(t.timeline_id) as timeline_id, t.at, 'anomaly_joined' as event, t.actor, cast('{}' as jsonb) as detail,
        cast(null as text) as role, (array_agg(t.order_id order by t.order_id))[1:5] as orders, count(*) as lines
    from timeline as t
    where t.incident_id = :incident_id and t.event = 'anomaly_joined'
    group by t.at, t.actor
    order by t.at desc
    limit 50
)

select * from told
union all
select * from joined
order by timeline_id desc
