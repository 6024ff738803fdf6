-- grain: one refused record and the rule that refused it, one page of those that fit, the latest first
select
    quarantine_id, source, feed, record_id, reason, message, detail, first_seen_at, replay_asked_at, state, handled_at,
    handled_by, count(*) over () as total
from quarantine
where
    (state = 'new') = :waiting
    and (cast(:source as text) is null or source = :source)
    and (cast(:feed as text) is null or feed = :feed)
    and (cast(:reason as text) is null or reason = :reason)
order by coalesce(handled_at, first_seen_at) desc, quarantine_id desc
limit :size offset :skip
