-- everything that became of a version, the first first
select decision, decided_by, reason, at
from threshold_decision
where version = :version
order by decision_id
