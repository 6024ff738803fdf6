-- nothing that costs money leaves without its budget and, above the limit, without the decision about this very effect
create or replace function guard_effect() returns trigger language plpgsql as $$
declare
    kind text;
    retention interval;
begin
    if (old.effect_key, old.family, old.sink, old.recipient, old.payload, old.planned_at, old.incident_id, old.step,
        old.attempt_group, old.order_id, old.customer_id, old.side_effect, old.amount_minor, old.currency,
        old.business_key, old.payload_sha, old.slot)
        is distinct from (new.effect_key, new.family, new.sink, new.recipient, new.payload, new.planned_at,
            new.incident_id, new.step, new.attempt_group, new.order_id, new.customer_id, new.side_effect,
            new.amount_minor, new.currency, new.business_key, new.payload_sha, new.slot)
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
    if old.state = 'held' and new.state = 'planned' and new.side_effect = 'money' then
        perform demand_decision(new);
    end if;
    return new;
end
$$;

create function demand_decision(wanted effect) returns void language plpgsql as $$
begin
    if wanted.amount_minor <= (
        select p.auto_approve_minor from money_policy as p where p.currency = wanted.currency
    ) then
        return;
    end if;
    if not exists (
        select 1
        from approval as a
        where a.effect_id = wanted.effect_id and a.outcome = 'approved'
            and a.amount_minor = wanted.amount_minor and a.currency = wanted.currency
            and a.payload_sha = wanted.payload_sha
            and a.closed_at > business_now() - interval '24 hours'
    ) then
        raise exception 'effect % (% % in minor units) has no valid decision', wanted.effect_id, wanted.amount_minor,
            wanted.currency using errcode = 'OW015';
    end if;
end
$$;

create function refuse_unasked_money() returns trigger language plpgsql as $$
begin
    if new.state not in ('held', 'planned') then
        raise exception 'an effect begins as planned or held' using errcode = 'OW003';
    end if;
    new.payload_sha := encode(sha256(convert_to(new.payload::text, 'UTF8')), 'hex');
    if new.state = 'planned' and new.side_effect = 'money' then
        perform demand_decision(new);
    end if;
    return new;
end
$$;
create trigger effect_asked before insert on effect for each row execute function refuse_unasked_money();

create function is_committed(state text) returns boolean language sql immutable as $$
    select state in ('planned', 'sending', 'unknown', 'needs_human', 'delivered')
$$;

-- after and not before the write: a row that `on conflict do nothing` skips must not be counted
create function keep_budget() returns trigger language plpgsql as $$
declare
    rules money_policy;
    delta bigint := 0;
    spent bigint;
    shares text[];
    caps bigint[];
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
    select * into strict rules from money_policy where currency = new.currency;
    -- always in this order, so that nobody waits in a circle
    shares := array[
        'customer:' || new.customer_id || ':' || new.currency,
        'order:' || new.order_id || ':' || new.currency,
        'day:' || (new.planned_at at time zone 'Asia/Shanghai')::date || ':' || new.currency
    ];
    caps := array[9223372036854775807, rules.per_order_minor, rules.per_day_minor];
    for i in 1..3 loop
        insert into budget (scope, cap_minor) values (shares[i], caps[i])
        on conflict (scope) do update set cap_minor = greatest(excluded.cap_minor, budget.committed_minor);
        update budget set committed_minor = committed_minor + delta where scope = shares[i];
    end loop;
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
create trigger effect_budget after insert or update on effect for each row execute function keep_budget();
