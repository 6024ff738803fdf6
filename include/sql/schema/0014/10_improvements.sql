-- what an improvement has changed is something that exists: a learned rule, a threshold version or a version of a
-- playbook; words alone (and all older ones) stay words. metric: the figure that measures itself, as `what:about`, and
-- the target in the unit in which people say it (a number, minutes, percent or stars)
alter table improvement
add column changed_rule integer references learned_rule,
add column changed_version integer references threshold_version,
add column changed_sha text references playbook_version,
add column metric text,
add column target numeric check (target >= 0),
add column reminders smallint not null default 0 check (reminders between 0 and 3),
alter column verified_by drop not null,
add constraint improvement_changed check (
    num_nonnulls(changed_rule, changed_version, changed_sha) <= 1
    and (num_nonnulls(changed_rule, changed_version, changed_sha) = 0 or changed is not null)
),
add constraint improvement_metric check (metric ~ '^((repeats|link_p90|rating):[a-z0-9_]{1,100}|false_alarms)$'),
add constraint improvement_target check ((metric is null) = (target is null)),
add constraint improvement_verified check (num_nonnulls(verified_by, metric) > 0);

create or replace function guard_improvement() returns trigger language plpgsql as $$
begin
    if old.state <> 'open'
        or (old.title, old.owner, old.due, old.verified_by, old.incident_id, old.playbook, old.opened_at,
            old.opened_action, old.metric, old.target)
        is distinct from
        (new.title, new.owner, new.due, new.verified_by, new.incident_id, new.playbook, new.opened_at,
            new.opened_action, new.metric, new.target)
        or new.reminders < old.reminders
    then
        raise exception 'improvement % has ended or cannot be rewritten', old.improvement_id using errcode = 'OW042';
    end if;
    return new;
end
$$;

-- what the metric was in the time before an improvement began and in as long a time after it was done, measured once;
-- none where there was nothing to count
create table improvement_measure (
    improvement_id bigint primary key references improvement,
    measured_at timestamptz not null,
    days integer not null check (days > 0),
    before numeric,
    before_count integer not null check (before_count >= 0),
    after numeric,
    after_count integer not null check (after_count >= 0),
    reached boolean,
    constraint improvement_measure_reached check ((after is null) = (reached is null))
);
create trigger improvement_measure_immutable before update or delete on improvement_measure
for each row execute function refuse_change();
create trigger improvement_measure_not_truncated before truncate on improvement_measure
for each statement execute function refuse_change();
