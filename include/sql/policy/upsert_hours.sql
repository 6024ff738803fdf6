insert into calendar_hours (calendar_id, opens, work_before, work_after)
values (:calendar_id, :opens, :work_before, :work_after)
on conflict (calendar_id) do update set
    opens = excluded.opens,
    work_before = excluded.work_before,
    work_after = excluded.work_after
