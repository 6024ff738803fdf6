-- one live pause per scope and subject; who takes it again only moves its end, and never to an earlier time
insert into pause as known (scope, subject, taken_by, reason, since, until, control)
values (:scope, :subject, :taken_by, :reason, :now, :until, :control)
on conflict (scope, subject) where ended_at is null do update
    set
        taken_by = excluded.taken_by,
        reason = excluded.reason,
        until = greatest(known.until, excluded.until),
        control = excluded.control,
        reminded_at = null
returning pause_id
