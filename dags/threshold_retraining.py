"""
### Purpose
On the first day of every month: learn anew how long orders like it normally take, so that "late" follows reality.

### Flow
`erp.pull` and `wms.pull` fetch the completed orders of the learning window; they are validated and stored like those
of every scan; `learn_thresholds` computes mean × 1.8 + regional buffer for every cell of node, category, region and
channel (thin cells fall back to wider ones), publishes an immutable version and moves the alert times of open orders.

### When it fails
The version in force stays in force; so it does when a feed was rejected or a step lacks history, because half a
history teaches harmful limits. Mend the cause and clear the run from its pulls on. See `docs/runbooks/thresholds.md`.

### Owner
order-operations; failures of the machinery go to the data engineers.
"""

from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable, TaskGroup

from orderwatch.notifiers.task_failed import TaskFailedNotifier
from orderwatch.operators.apply_feeds import ApplyFeedsOperator
from orderwatch.operators.learn_thresholds import LearnThresholdsOperator
from orderwatch.operators.open_scan import OpenScanOperator
from orderwatch.operators.pull_source import PullSourceOperator
from orderwatch.operators.validate_feeds import ValidateFeedsOperator

with DAG(
    "threshold_retraining",
    dag_display_name="阈值每月学习 Threshold retraining",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("0 3 1 * *", timezone="Asia/Shanghai"),
    catchup=False,
    allowed_run_types=["scheduled", "manual"],  # limits are learned from what is known now, whatever a run is dated
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=2),
    on_failure_callback=TaskFailedNotifier(role="data_engineer"),
    tags=["orderwatch", "thresholds"],
    default_args={
        "owner": "order-operations",
        "retries": 2,
        "retry_delay": timedelta(minutes=1),
        "on_failure_callback": TaskFailedNotifier(role="data_engineer"),
    },
) as dag:
    open_scan = OpenScanOperator(task_id="open_scan", purpose="history")
    pulls = []
    for name in ("erp", "wms"):
        with TaskGroup(name):
            pulls.append(PullSourceOperator(task_id="pull", source=name, scan_id=open_scan.output, history=True))
    validate = ValidateFeedsOperator(task_id="validate_feeds", scan_id=open_scan.output)
    apply = ApplyFeedsOperator(task_id="apply_feeds", scan_id=open_scan.output)
    learn = LearnThresholdsOperator(task_id="learn_thresholds", scan_id=open_scan.output)

    pulls >> validate >> apply >> learn
