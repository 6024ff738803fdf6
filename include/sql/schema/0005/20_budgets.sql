-- a day is a day of the business; what one incident, one role and one campaign may cost are walls like the others
alter table money_policy add column zone text not null default 'Asia/Shanghai';
alter table money_policy alter column zone drop default;

-- all that a role may approve in a day
alter table approval_right add column per_day_minor bigint check (per_day_minor >= up_to_minor);
update approval_right set per_day_minor = up_to_minor;
alter table approval_right alter column per_day_minor set not null;

-- what is paid under one name (the `once` of a money step) in a calendar month of the business
create table campaign_limit (
    campaign text not null,
    currency text not null references money_policy,
    per_month_minor bigint not null check (per_month_minor > 0),
    primary key (campaign, currency)
);

-- what the playbook allows for the whole incident
alter table effect add column incident_cap_minor bigint;
alter table effect disable trigger user;
update effect set incident_cap_minor = 9223372036854775807 where side_effect = 'money';
alter table effect enable trigger user;
alter table effect add constraint effect_within_incident check (
    side_effect <> 'money' or coalesce(incident_cap_minor >= amount_minor, false)
);

create or replace function guard_effect() returns trigger language plpgsql as $$
declare
    kind text;
    retention interval;
begin
    if (old.effect_key, old.family, old.sink, old.recipient, old.payload, old.planned_at, old.incident_id, old.step,
        old.attempt_group, old.order_id, old.customer_id, old.side_effect, old.amount_minor, old.currency,
        old.business_key, old.payload_sha, old.slot, old.incident_cap_minor, old.undoes)
        is distinct from (new.effect_key, new.family, new.sink, new.recipient, new.payload, new.planned_at,
            new.incident_id, new.step, new.attempt_group, new.order_id, new.customer_id, new.side_effect,
            new.amount_minor, new.currency, new.business_key, new.payload_sha, new.slot, new.incident_cap_minor,
            new.undoes)
    then
        raise exception 'effect % cannot be rewritten once planned', old.effect_id using errcode = 'OW002';
    end if;
    if old.state = new.state then
        return new;
    end if;
    if not exists (select 1 from effect_transition where before = old.state and after = new.state) then
        raise exception 'effect % cannot go from % to %', old.effect_id, old.state, new.state
        using errcode = 'OW003';
    end if;
    if old.state = 'unknown' and new.state = 'sending' then
        select class, key_retention into kind, retention from sink where sink = old.sink;
        if kind <> 'idempotent' or clock_timestamp() - old.first_sent_at > retention then
            raise exception 'effect % may have arrived: % does not recognise a repeat', old.effect_id, old.sink
            using errcode = 'OW004';
        end if;
    end if;
    -- whatever was asked about goes on by a yes only, however little it costs
    if old.state = 'held' and new.state = 'planned' and new.step is not null and not exists (
        select 1 from approval as a
        where a.effect_id = new.effect_id and a.outcome = 'approved' and a.payload_sha = new.payload_sha
            and a.amount_minor = new.amount_minor and a.closed_at > business_now() - interval '24 hours'
    ) then
        raise exception 'effect % (% % in minor units) has no valid decision', new.effect_id, new.amount_minor,
            coalesce(new.currency, '-') using errcode = 'OW015';
    end if;
    return new;
end
$$;

-- take from one budget, or give back to it; a cap that was lowered below what is spent already lets nothing more out,
-- and what was taken before this budget was kept can always be given back
create function draw_on(wanted text, cap bigint, delta bigint) returns void language plpgsql as $$
begin
    insert into budget (scope, cap_minor) values (wanted, cap)
    on conflict (scope) do update set cap_minor = greatest(excluded.cap_minor, budget.committed_minor);
    update budget set committed_minor = greatest(committed_minor + delta, 0)
    where scope = wanted and (delta < 0 or committed_minor + delta <= cap);
    if not found then
        raise exception 'the limit of % is % (minor units) and has no room for %', wanted, cap, delta
            using errcode = 'OW017';
    end if;
end
$$;

create or replace function keep_budget() returns trigger language plpgsql as $$
declare
    rules money_policy;
    delta bigint := 0;
    spent bigint;
    today date;
    campaign_name text := split_part(new.business_key, ':', 1);
    campaign_cap bigint;
    no_cap constant bigint := 9223372036854775807;
begin
    if new.side_effect <> 'money' then
        return null;
    end if;
    if is_committed(new.state) and (tg_op = 'INSERT' or not is_committed(old.state)) then
        delta := new.amount_minor;
    elsif tg_op = 'UPDATE' and is_committed(old.state) and not is_committed(new.state) then
        delta := - new.amount_minor;
    end if;
    if delta = 0 then
        return null;
    end if;
    -- a transaction may move the budgets of several effects: without one lock before all, two could wait in a circle
    perform pg_advisory_xact_lock(7303);
    select * into strict rules from money_policy where currency = new.currency;
    today := (new.planned_at at time zone rules.zone)::date;
    perform draw_on('customer:' || new.customer_id || ':' || new.currency, no_cap, delta);
    perform draw_on('order:' || new.order_id || ':' || new.currency, rules.per_order_minor, delta);
    perform draw_on('incident:' || new.incident_id || ':' || new.currency, new.incident_cap_minor, delta);
    select per_month_minor into campaign_cap from campaign_limit as c
    where c.campaign = campaign_name and c.currency = new.currency;
    -- kept without a limit as well, so that one that is set within a month counts the whole month
    perform draw_on('campaign:' || campaign_name || ':' || to_char(today, 'YYYY-MM') || ':' || new.currency,
        coalesce(campaign_cap, no_cap), delta);
    perform draw_on('day:' || today || ':' || new.currency, rules.per_day_minor, delta);
    if delta > 0 then  -- rolling, so it is summed while the customer's row is locked
        select coalesce(sum(amount_minor), 0) into spent from effect
        where customer_id = new.customer_id and currency = new.currency and side_effect = 'money'
            and is_committed(state) and planned_at > new.planned_at - interval '90 days';
        if spent > rules.per_customer_minor then
            raise exception 'customer % would get % % in 90 days, allowed are %', new.customer_id, spent, new.currency,
                rules.per_customer_minor using errcode = 'OW016';
        end if;
    end if;
    return null;
end
$$;

-- whoever approves draws on what the role may approve in a day
create function keep_role_budget() returns trigger language plpgsql as $$
declare
    asked approval;
    allowed bigint;
    zone text;
begin
    if new.decision <> 'approve' then
        return null;
    end if;
    select * into strict asked from approval where approval_id = new.approval_id;
    select r.per_day_minor, m.zone into strict allowed, zone
    from approval_right as r
    inner join money_policy as m on r.currency = m.currency
    where r.role = new.role and r.currency = asked.currency;
    perform draw_on('role:' || new.role || ':' || (new.at at time zone zone)::date || ':' || asked.currency, allowed,
        asked.amount_minor);
    return null;
end
$$;
create trigger approval_answer_budget after insert on approval_answer
for each row execute function keep_role_budget();

-- what was spent before these budgets were kept
insert into budget (scope, cap_minor, committed_minor)
select 'incident:' || e.incident_id || ':' || e.currency, 9223372036854775807, sum(e.amount_minor)
from effect as e
where e.side_effect = 'money' and is_committed(e.state)
group by e.incident_id, e.currency
union all
select
    'campaign:' || split_part(e.business_key, ':', 1) || ':'
    || to_char((e.planned_at at time zone m.zone)::date, 'YYYY-MM') || ':' || e.currency,
    9223372036854775807, sum(e.amount_minor)
from effect as e
inner join money_policy as m on e.currency = m.currency
where e.side_effect = 'money' and is_committed(e.state)
group by split_part(e.business_key, ':', 1), to_char((e.planned_at at time zone m.zone)::date, 'YYYY-MM'), e.currency;
