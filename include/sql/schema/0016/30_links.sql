-- grain: one incident that is over and one link of the chain that happened: how long it took, in seconds
create view incident_link as
select t.incident_id, t.level, t.closed_at, v.link, v.seconds
from incident_times as t
cross join
    lateral (
        values
        ('detected', t.detected_s), ('told', t.told_s), ('acknowledged', t.acknowledged_s),
        ('contacted', t.contacted_s), ('resolved', t.resolved_s), ('closed', t.closed_s)
    ) as v (link, seconds)
where v.seconds is not null;
