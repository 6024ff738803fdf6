insert into threshold_decision (version, decision, decided_by, reason, at)
values (:version, :decision, :by, :reason, :now)
