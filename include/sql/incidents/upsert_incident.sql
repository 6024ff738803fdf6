-- one live incident per key: a new late order joins it, raises it, or wakes it when it had been resolved
insert into incident as live (
    dedup_key, kind, level, state, owner_role, reasons, observed_at, opened_at, acknowledge_by, triage_until
)
values (
    :dedup_key, :kind, :level, :state, :owner_role, cast(:reasons as jsonb), :now, :now,
    :acknowledge_by, :triage_until
)
on conflict (dedup_key) where state not in ('closed', 'dismissed', 'merged') do update set
    level = greatest(live.level, excluded.level),
    observed_at = excluded.observed_at,
    kind = case live.kind when 'triage' then excluded.kind else live.kind end,
    state = case when live.state in ('resolved', 'triage') then excluded.state else live.state end,
    reopened = live.reopened + case live.state when 'resolved' then 1 else 0 end,
    resolved_at = case live.state when 'resolved' then null else live.resolved_at end
returning
    incident_id, level, reopened, xmax = 0 as opened,
    state = 'open' and triage_until is not null and kind <> 'triage' as promoted
