-- reviews: levels 2 and 3 one by one, levels 0 and 1 in a collection per step and week
create table review (
    review_id bigint generated always as identity primary key,
    kind text not null check (kind in ('single', 'weekly')),
    incident_id bigint references incident,
    node smallint check (node between 0 and 5),  -- of a collection; 0: no step in particular
    week date check (extract(isodow from week) = 1),  -- its Monday, in the company's zone
    created_at timestamptz not null,
    constraint review_of_what check (
        (kind = 'single') = (incident_id is not null)
        and (kind = 'weekly') = (node is not null) and (kind = 'weekly') = (week is not null)
    ),
    constraint review_one_of_an_incident unique (incident_id),
    constraint review_one_of_a_week unique (node, week)
);
create trigger review_immutable before update or delete on review
for each row execute function refuse_change();

-- what a review says, version by version; the database counts its sha, so that the same facts are the same document
create table review_document (
    review_id bigint not null references review,
    version integer not null check (version >= 1),
    written_at timestamptz not null,
    policy_version text not null,
    content jsonb not null check (jsonb_typeof(content) = 'object'),
    sha text not null,
    primary key (review_id, version)
);
create function seal_document() returns trigger language plpgsql as $$
declare
    latest review_document;
begin
    new.sha := encode(sha256(convert_to(new.content::text, 'UTF8')), 'hex');
    perform 1 from review where review_id = new.review_id for no key update;
    select * into latest from review_document where review_id = new.review_id order by version desc limit 1;
    if new.version <> coalesce(latest.version, 0) + 1 then
        raise exception 'version % of review % does not follow version %',
            new.version, new.review_id, coalesce(latest.version, 0) using errcode = 'OW050';
    end if;
    if new.sha = latest.sha then
        raise exception 'review % says this already', new.review_id using errcode = 'OW050';
    end if;
    return new;
end
$$;
create trigger review_document_sealed before insert on review_document
for each row execute function seal_document();
create trigger review_document_immutable before update or delete on review_document
for each row execute function refuse_change();
create trigger review_document_not_truncated before truncate on review_document
for each statement execute function refuse_change();
