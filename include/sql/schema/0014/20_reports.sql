-- what the programme report says of a month, version by version; the database counts its sha, so that the same facts
-- are the same document. month: its first day, in the company's zone
create table programme_report (
    month date not null check (extract(day from month) = 1),
    version integer not null check (version >= 1),
    written_at timestamptz not null,
    policy_version text not null,
    content jsonb not null check (jsonb_typeof(content) = 'object'),
    sha text not null,
    primary key (month, version)
);
create function seal_report() returns trigger language plpgsql as $$
declare
    latest programme_report;
begin
    new.sha := encode(sha256(convert_to(new.content::text, 'UTF8')), 'hex');
    -- one after the other: two that write the same month must not both be the next version
    perform pg_advisory_xact_lock(7307, (new.month - date '2000-01-01'));
    select * into latest from programme_report where month = new.month order by version desc limit 1;
    if new.version <> coalesce(latest.version, 0) + 1 then
        raise exception 'version % of the report of % does not follow version %',
            new.version, new.month, coalesce(latest.version, 0) using errcode = 'OW070';
    end if;
    if new.sha = latest.sha then
        raise exception 'the report of % says this already', new.month using errcode = 'OW070';
    end if;
    return new;
end
$$;
create trigger programme_report_sealed before insert on programme_report
for each row execute function seal_report();
create trigger programme_report_immutable before update or delete on programme_report
for each row execute function refuse_change();
create trigger programme_report_not_truncated before truncate on programme_report
for each statement execute function refuse_change();

-- the weeks whose digest was planned, by their Monday in the company's zone
create table weekly_digest (
    week date primary key check (extract(isodow from week) = 1),
    planned_at timestamptz not null
);
create trigger weekly_digest_immutable before update or delete on weekly_digest
for each row execute function refuse_change();
