-- what a metric was before and after, kept once
insert into improvement_measure (
    improvement_id, measured_at, days, before, before_count, after, after_count, reached
)
values (:improvement_id, :now, :days, :before, :before_count, :after, :after_count, :reached)
on conflict do nothing
