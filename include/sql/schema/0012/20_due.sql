-- grain: one incident that is over, from the very statement that ended it; no event has to arrive for it. Its review is
-- due 72 hours later. waiting: there is a document, and facts that only people can give are missing; breached: the time
-- is up and it is not complete; excused: there is none, for a reason
create table incident_review (
    incident_id bigint primary key references incident,
    ended_at timestamptz not null,
    due_at timestamptz not null,
    state text not null default 'wanted' check (state in ('wanted', 'waiting', 'published', 'breached', 'excused')),
    review_id bigint references review,
    missing text[] not null default '{}',
    excuse text check (excuse in ('dismissed', 'merged', 'before_reviews')),
    published_at timestamptz,
    breached_at timestamptz,
    looked_at timestamptz,  -- when its review was written last, or found to say the same
    cause text,  -- second level: as a person said last, else as the rules say; none: undetermined
    root_cause text check (root_cause in ('system', 'human', 'external')),
    constraint incident_review_due check (due_at = ended_at + interval '72 hours'),
    constraint incident_review_excused check ((state = 'excused') = (excuse is not null)),
    constraint incident_review_published check ((state = 'published') = (published_at is not null)),
    constraint incident_review_looked_at check ((review_id is null) = (looked_at is null)),
    constraint incident_review_written check (state not in ('waiting', 'published') or review_id is not null),
    constraint incident_review_missing check (state <> 'published' or missing = '{}'),
    constraint incident_review_waiting check (state <> 'waiting' or missing <> '{}'),
    constraint incident_review_breached check (state <> 'breached' or breached_at is not null),
    constraint incident_review_breached_late check (breached_at >= due_at),
    constraint incident_review_cause check (cause is null or root_cause is not null)
);
create index incident_review_unfinished on incident_review (due_at) where state in ('wanted', 'waiting', 'breached');
create index incident_review_cause_of on incident_review (cause, ended_at) where cause is not null;
create index incident_review_review on incident_review (review_id);

create function guard_incident_review() returns trigger language plpgsql as $$
begin
    if (old.incident_id, old.ended_at) is distinct from (new.incident_id, new.ended_at)
        or old.review_id is not null and old.review_id is distinct from new.review_id
        or old.breached_at is not null and old.breached_at is distinct from new.breached_at
        or old.published_at is not null and old.published_at is distinct from new.published_at
    then
        raise exception 'what was due for incident % cannot be rewritten', old.incident_id using errcode = 'OW051';
    end if;
    if old.state <> new.state and (old.state, new.state) not in (
        ('wanted', 'waiting'), ('wanted', 'published'), ('wanted', 'breached'),
        ('waiting', 'published'), ('waiting', 'breached'), ('breached', 'published')
    ) then
        raise exception 'the review of incident % cannot go from % to %', old.incident_id, old.state, new.state
            using errcode = 'OW051';
    end if;
    return new;
end
$$;
create trigger incident_review_guarded before update on incident_review
for each row execute function guard_incident_review();
create trigger incident_review_kept before delete on incident_review
for each row execute function refuse_change();

create function want_incident_review() returns trigger language plpgsql as $$
begin
    insert into incident_review (incident_id, ended_at, due_at, state, excuse)
    values (
        new.incident_id, new.closed_at, new.closed_at + interval '72 hours',
        case new.state when 'closed' then 'wanted' else 'excused' end,
        case new.state when 'closed' then null else new.state end
    )
    on conflict do nothing;
    return null;
end
$$;
create trigger incident_review_wanted after insert or update of state on incident for each row
when (new.state in ('closed', 'dismissed', 'merged')) execute function want_incident_review();

-- what was over before there were reviews, and whose time is up already, asks nobody for anything
insert into incident_review (incident_id, ended_at, due_at, state, excuse)
select
    incident_id, closed_at, closed_at + interval '72 hours',
    case when state = 'closed' and closed_at > business_now() - interval '72 hours' then 'wanted' else 'excused' end,
    case
        when state <> 'closed' then state
        when closed_at <= business_now() - interval '72 hours' then 'before_reviews'
    end
from incident
where state in ('closed', 'dismissed', 'merged');
