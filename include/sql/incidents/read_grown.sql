-- incidents with late orders that their owners have not been told of, when it is time to tell
with member as (
    select
        i.incident_id, i.told_at, i.told_orders, a.order_id,
        m.joined_at > i.told_at as untold,
        a.level = 1 and i.kind <> 'mass_delay' as important  -- in a storm there are always some
    from incident as i
    inner join incident_member as m on i.incident_id = m.incident_id
    inner join anomaly as a on m.anomaly_id = a.anomaly_id and a.closed_at is null
    where
        i.state in ('open', 'acknowledged', 'mitigated')
        and i.kind in ('batch', 'stock_out', 'system_failure', 'mass_delay')
        and i.inhibited_by is null and i.told_at is not null
        and not is_silenced(i.incident_id, :now)
)

select incident_id
from member
group by incident_id, told_at, told_orders
having
    bool_or(untold)
    and (
        told_at <= :told_before
        or bool_or(untold and important)
        or count(distinct order_id) >= 2 * told_orders
    )
order by incident_id
