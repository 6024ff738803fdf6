-- how good a response was, in the eyes of those who had to live with it; whoever rates again is counted once, with the
-- last word. A link is used once
create table rating (
    rating_id bigint generated always as identity primary key,
    at timestamptz not null,
    incident_id bigint not null references incident,
    step text,  -- none: the response as a whole
    playbook text,  -- that answered it, and its version; none if nothing did
    sha text references playbook_version,
    stars smallint not null check (stars between 1 and 5),
    false_alarm_because text check (octet_length(false_alarm_because) <= 10240),
    words text check (octet_length(words) <= 10240),
    rated_by text not null check (rated_by ~ '\S'),
    link_id text,
    constraint rating_link_once unique (link_id),
    check ((playbook is null) = (sha is null))
);
create index rating_of_version on rating (sha, rating_id);
create index rating_incident on rating (incident_id);
create trigger rating_append_only before update or delete on rating
for each row execute function refuse_change();
create trigger rating_not_truncated before truncate on rating
for each statement execute function refuse_change();

-- a version of a playbook whose last ten ratings are below 3.0 on average: said once
create table review_wanted (
    sha text primary key references playbook_version,
    playbook text not null,
    at timestamptz not null,
    rating_id bigint not null references rating,
    mean numeric not null
);
create trigger review_wanted_append_only before update or delete on review_wanted
for each row execute function refuse_change();

create function want_review() returns trigger language plpgsql as $$
declare
    found_mean numeric;
begin
    if new.sha is null then
        return null;
    end if;
    -- one after the other: two who rate at once must not both miss the tenth
    perform 1 from playbook_version where sha = new.sha for no key update;
    select avg(l.stars) into found_mean
    from (
        select stars from (
            select distinct on (r.incident_id, r.step, r.rated_by) r.rating_id, r.stars from rating as r
            where r.sha = new.sha
            order by r.incident_id, r.step, r.rated_by, r.rating_id desc
        ) as latest
        order by rating_id desc
        limit 10
    ) as l
    having count(*) = 10;
    if found_mean < 3.0 then
        with wanted as (
            insert into review_wanted (sha, playbook, at, rating_id, mean)
            values (new.sha, new.playbook, new.at, new.rating_id, round(found_mean, 2))
            on conflict do nothing
            returning playbook, mean
        )
        insert into timeline (at, event, actor, incident_id, detail)
        select
            new.at, 'review_wanted', 'orderwatch', new.incident_id,
            jsonb_build_object('playbook', playbook, 'ratings', 10, 'mean', mean)
        from wanted;
    end if;
    return null;
end
$$;
create trigger rating_counted after insert on rating for each row execute function want_review();
