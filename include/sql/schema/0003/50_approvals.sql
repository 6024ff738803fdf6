-- a question about one effect, its amount and its very bytes; answers are never changed
create table approval (
    approval_id bigint generated always as identity primary key,
    effect_id bigint not null references effect,
    incident_id bigint not null references incident,
    step text not null,
    amount_minor bigint not null,
    currency text not null,
    payload_sha text not null,
    roles jsonb not null check (jsonb_typeof(roles) = 'array'),
    approvers smallint not null default 1 check (approvers >= 1),
    requested_by text not null,
    asked_at timestamptz not null,
    level smallint not null default 0,  -- which of the roles is asked now
    outcome text check (outcome in ('approved', 'rejected', 'withdrawn')),
    closed_at timestamptz,
    check ((outcome is null) = (closed_at is null))
);
create unique index approval_one_open on approval (effect_id) where outcome is null;

create table approval_answer (
    approval_id bigint not null references approval,
    login text not null,
    role text not null,
    decision text not null check (decision in ('approve', 'reject')),
    amount_minor bigint not null,
    payload_sha text not null,
    note text,
    at timestamptz not null,
    primary key (approval_id, login)
);
create trigger approval_answer_append_only before update or delete on approval_answer
for each row execute function refuse_change();

-- whoever answers, by whatever door, is checked here: the role, its right, the amount asked about, not the requester
create function guard_answer() returns trigger language plpgsql as $$
declare
    asked approval;
begin
    select * into strict asked from approval where approval_id = new.approval_id for update;
    if asked.outcome is not null then
        raise exception 'question % has been answered: %', asked.approval_id, asked.outcome using errcode = 'OW010';
    end if;
    if new.login = asked.requested_by then
        raise exception '% asked for this and cannot answer it', new.login using errcode = 'OW011';
    end if;
    if (new.amount_minor, new.payload_sha) is distinct from (asked.amount_minor, asked.payload_sha) then
        raise exception 'the answer is about another amount or text than the question' using errcode = 'OW012';
    end if;
    if not exists (select 1 from person_role where login = new.login and role = new.role) then
        raise exception '% does not hold the role %', new.login, new.role using errcode = 'OW013';
    end if;
    if not asked.roles ? new.role then
        raise exception 'the role % is not asked here', new.role using errcode = 'OW013';
    end if;
    if new.decision = 'approve' and not exists (
        select 1 from approval_right
        where role = new.role and currency = asked.currency and up_to_minor >= asked.amount_minor
    ) then
        raise exception 'the role % may not approve % % (minor units)', new.role, asked.amount_minor, asked.currency
            using errcode = 'OW014';
    end if;
    return new;
end
$$;
create trigger approval_answer_guarded before insert on approval_answer
for each row execute function guard_answer();

create function close_question() returns trigger language plpgsql as $$
begin
    update approval as q set outcome = case new.decision when 'reject' then 'rejected' else 'approved' end,
        closed_at = new.at
    where q.approval_id = new.approval_id and (
        new.decision = 'reject'
        or (select count(*) from approval_answer as a where a.approval_id = q.approval_id and a.decision = 'approve')
            >= q.approvers
    );
    return null;
end
$$;
create trigger approval_answer_counted after insert on approval_answer
for each row execute function close_question();

create function guard_approval() returns trigger language plpgsql as $$
begin
    if (old.effect_id, old.incident_id, old.step, old.amount_minor, old.currency, old.payload_sha, old.roles,
        old.approvers, old.requested_by, old.asked_at)
        is distinct from (new.effect_id, new.incident_id, new.step, new.amount_minor, new.currency, new.payload_sha,
            new.roles, new.approvers, new.requested_by, new.asked_at)
    then
        raise exception 'question % cannot be rewritten once asked', old.approval_id using errcode = 'OW002';
    end if;
    if old.outcome is not null and old.outcome is distinct from new.outcome then
        raise exception 'question % has been answered: %', old.approval_id, old.outcome using errcode = 'OW010';
    end if;
    if new.outcome = 'approved' and old.outcome is null and (
        select count(*) from approval_answer as a where a.approval_id = new.approval_id and a.decision = 'approve'
    ) < new.approvers then
        raise exception 'question % has not been approved by anybody', old.approval_id using errcode = 'OW010';
    end if;
    return new;
end
$$;
create trigger approval_guarded before update on approval for each row execute function guard_approval();
create trigger approval_kept before delete on approval for each row execute function refuse_change();
