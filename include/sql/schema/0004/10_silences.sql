-- people keep incidents from being told: one incident, one order, one cause, or one kind (in one step, of one level);
-- every silence has a reason, an owner and an end, and is never rewritten
create table silence (
    silence_id bigint generated always as identity primary key,
    incident_id bigint references incident,
    order_id text,
    cause text,
    kind text
    check (kind in ('single', 'triage', 'batch', 'stock_out', 'system_failure', 'mass_delay', 'source')),
    node smallint check (node between 1 and 5),
    level smallint check (level between 0 and 3),
    reason text not null check (reason <> ''),
    owner text not null check (owner <> ''),
    starts timestamptz not null,
    ends timestamptz not null,
    created_at timestamptz not null,
    ended_at timestamptz,
    ended_by text,
    check (ends > starts and ends <= starts + interval '7 days'),
    check ((ended_at is null) = (ended_by is null)),
    constraint silence_of_one_thing check (num_nonnulls(incident_id, order_id, cause, kind) = 1),
    constraint silence_narrowed_kind check (kind is not null or num_nonnulls(node, level) = 0)
);
create trigger silence_kept before delete on silence
for each row execute function refuse_change();

create function guard_silence() returns trigger language plpgsql as $$
begin
    if old.ended_at is not null
        or to_jsonb(new) - '{ended_at,ended_by}'::text[] <> to_jsonb(old) - '{ended_at,ended_by}'::text[]
    then
        raise exception 'silence % can be ended once and not rewritten', old.silence_id using errcode = 'OW020';
    end if;
    return new;
end
$$;
create trigger silence_guarded before update on silence for each row execute function guard_silence();

-- which silence the scan last found over the incident; kept until it has found that none is left
alter table incident add column silenced_by bigint references silence;

-- is this silence about this incident? One about an order or a step never hides other orders that are late with it
create function is_about(s silence, i incident) returns boolean language sql stable as $$
    select case
        when s.incident_id is not null then s.incident_id = i.incident_id
        when s.cause is not null and i.kind in ('batch', 'stock_out', 'system_failure', 'source')
            then s.cause = substring(
                i.dedup_key from case i.kind when 'batch' then '^batch:[^:]+:(.*)$' else '^[^:]+:(.*)$' end
            )
        when s.kind is not null and (s.kind <> i.kind or s.level <> i.level) then false
        when s.kind is not null and s.node is null then true
        else coalesce((
            select coalesce(bool_and(x.named) filter (where x.closed_at is null), bool_and(x.named))
            from (
                select
                    a.closed_at,
                    case
                        when s.order_id is not null then a.order_id = s.order_id
                        when s.cause is not null
                            then i.kind in ('single', 'triage') and coalesce(a.batch_no = s.cause, false)
                        else a.node = s.node
                    end as named
                from incident_member as m
                inner join anomaly as a on m.anomaly_id = a.anomaly_id
                where m.incident_id = i.incident_id
            ) as x
        ), false)
    end
$$;

-- the silence that keeps this incident from being told at this instant, the oldest of several; none as a rule
create function silence_of(asked_incident bigint, instant timestamptz) returns bigint language sql stable as $$
    select min(s.silence_id)
    from silence as s
    inner join incident as i on i.incident_id = asked_incident
    where s.starts <= instant and least(s.ends, s.ended_at) > instant and is_about(s, i)
$$;

create function is_silenced(asked_incident bigint, instant timestamptz) returns boolean language sql stable as $$
    select silence_of(asked_incident, instant) is not null
$$;
