-- the last version that a retraining run has learned; runs of other DAGs may carry the same name
select v.version
from threshold_version as v
inner join scan_run as s on v.run_id = s.run_id
where s.dag_id = :dag_id and s.run_id = :run_id and s.purpose = 'history'
order by v.version desc
limit 1
