-- one live incident per key: a new late order joins it, raises it, or wakes it when it had been resolved;
-- who wakes or raises it is asked anew; what a person has lowered is raised by something graver only
insert into incident as live (
    dedup_key, kind, level, state, owner_role, reasons, observed_at, opened_at, acknowledge_by, triage_until
)
values (
    :dedup_key, :kind, :level, :state, :owner_role, cast(:reasons as jsonb), :now, :now,
    :acknowledge_by, :triage_until
)
on conflict (dedup_key) where state not in ('closed', 'dismissed', 'merged') do update
    set
        level = case
            when excluded.level > coalesce(live.overruled_level, live.level) then excluded.level else live.level
        end,
        overruled_level = case
            when excluded.level <= coalesce(live.overruled_level, live.level) then live.overruled_level
        end,
        owner_role = case
            when excluded.level > coalesce(live.overruled_level, live.level) then excluded.owner_role
            else live.owner_role
        end,
        reasons = case when live.state in ('resolved', 'triage') then excluded.reasons else live.reasons end,
        acknowledge_by = case
            when
                live.state in ('resolved', 'triage')
                or excluded.level > coalesce(live.overruled_level, live.level)
                then excluded.acknowledge_by
            else live.acknowledge_by
        end,
        observed_at = excluded.observed_at,
        kind = case live.kind when 'triage' then excluded.kind else live.kind end,
        state = case when live.state in ('resolved', 'triage') then excluded.state else live.state end,
        reopened = live.reopened + case live.state when 'resolved' then 1 else 0 end,
        resolved_at = case live.state when 'resolved' then null else live.resolved_at end,
        -- who had taken it on has seen it end
        acknowledged_at = case live.state when 'resolved' then null else live.acknowledged_at end,
        acknowledged_by = case live.state when 'resolved' then null else live.acknowledged_by end
returning
    incident_id, level, reopened, inhibited_by, xmax = 0 as opened,
    state = 'open' and triage_until is not null and kind <> 'triage' as promoted,
    -- the row as it was before this statement
    coalesce((select b.state = 'resolved' from incident as b where b.incident_id = live.incident_id), false) as woken,
    coalesce((select b.level < live.level from incident as b where b.incident_id = live.incident_id), false) as raised
