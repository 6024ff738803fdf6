insert into node_load (node, counted_at, judged, waiting, late, exempt, unknown, oldest_at, ages)
values (:node, :now, :judged, :waiting, :late, :exempt, :unknown, :oldest_at, :ages)
on conflict (node) do update set
    counted_at = excluded.counted_at, judged = excluded.judged, waiting = excluded.waiting, late = excluded.late,
    exempt = excluded.exempt, unknown = excluded.unknown, oldest_at = excluded.oldest_at, ages = excluded.ages
