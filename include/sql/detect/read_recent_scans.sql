select new_anomalies
from scan_run
where finished_at is not null and purpose = 'scan' and not dry_run
order by finished_at desc
limit 672
