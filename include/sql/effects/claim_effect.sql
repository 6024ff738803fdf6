-- one effect at a time, the gravest first; a repeat only where the sink recognises it. Asked again at the last moment:
-- is the order still late, has nobody paused this, is the sink up, has its bucket room?
with candidate as (
    select w.effect_id, w.sink, w.recipient, w.level, k.per_minute, k.reserved
    from effect as w
    inner join sink as k on w.sink = k.sink
    left join incident as i on w.incident_id = i.incident_id
    left join sink_bucket as b on w.sink = b.sink and w.recipient = b.recipient
    where
        w.next_attempt_at <= :now
        and (cast(:keys as text[]) is null or w.effect_key = any(cast(:keys as text[])))
        and (
            w.state = 'planned' and w.valid_until > :now
            or w.state = 'unknown' and k.class = 'idempotent'
            and w.first_sent_at > clock_timestamp() - k.key_retention
        )
        and (
            k.open_until is null
            or k.open_until <= clock_timestamp()
            and not exists (select 1 from effect as probe where probe.sink = w.sink and probe.state = 'sending')
        )
        and (
            k.per_minute is null or b.sink is null
            or least(
                k.per_minute, b.tokens + extract(epoch from :now - b.filled_at) * k.per_minute / 60.0
            ) >= 1 + case when w.level = 3 then 0 else k.reserved end
        )
        and (
            w.incident_id is null
            or w.undoes is not null and w.step like 'undo %'  -- whoever has taken over takes back
            or pause_of(w.incident_id, w.order_id) is null
        )
        and (
            w.incident_id is null or w.undoes is not null
            or i.state not in ('dismissed', 'closed')  -- a person has ended it, or it has been over for long
        )
        and (
            w.side_effect = 'internal'
            or w.family = 'survey' and pause_of(null, w.order_id) is null
            or i.inhibited_by is null and is_still_late(w.incident_id, w.order_id)
        )
    order by w.level desc, w.effect_id
    limit 1
    for update of w skip locked
),

-- whoever was quicker may have taken what seemed to be left: then nothing is claimed
paid as (
    insert into sink_bucket as b (sink, recipient, tokens, filled_at)
    select sink, recipient, per_minute - 1, :now from candidate
    where per_minute is not null
    on conflict (sink, recipient) do update
        set
            tokens = least(
                (select per_minute from candidate),
                b.tokens + extract(epoch from :now - b.filled_at)
                * (select per_minute from candidate) / 60.0
            ) - 1,
            filled_at = :now
        where
        least(
            (select per_minute from candidate),
            b.tokens + extract(epoch from :now - b.filled_at)
            * (select per_minute from candidate) / 60.0
        ) >= 1 + (select case when level = 3 then 0 else reserved end from candidate)
    returning sink
)

update effect as e set
    state = 'sending',
    fence = e.fence + 1,
    attempts = e.attempts + 1,
    in_doubt = e.state = 'unknown',
    lease_until = clock_timestamp() + s.lease,
    first_sent_at = coalesce(e.first_sent_at, clock_timestamp())
from sink as s, candidate as c
where
    s.sink = e.sink and e.effect_id = c.effect_id
    and (c.per_minute is null or exists (select 1 from paid))
returning
    e.effect_id, e.effect_key, e.sink, e.recipient, e.payload, e.fence, e.order_id, s.lease,
    case
        when e.side_effect <> 'internal' then (
            select max(a.node)
            from incident_member as m
            inner join anomaly as a on m.anomaly_id = a.anomaly_id
            where m.incident_id = e.incident_id and a.order_id = e.order_id and a.closed_at is null
        )
    end as late_in
