"""
### Purpose
Every Monday morning: find out whether the limits in force still fit reality, so that nobody has to wait for the end of
the month to learn that they do not.

### Flow
`check_drift` looks at the orders whose promise was due in the last four weeks (no longer than the version has been in
force) and counts, step by step, false alarms (the order came in time and nobody complained, or a person dismissed the
incident) and misses (a promise broke, or a customer complained of lateness, before any alarm). Where, with 90 %
confidence, there are more than the policy allows or than the version promised when it was learned, the approvers are
told by WeCom and mail at the next scan, with the figures and the proposal to retrain early. Nothing is retrained by
itself. The label beside the task says what was found; `orderwatch thresholds drift` shows all of it.

### When it fails
Nothing depends on it: clear the task. A run that is repeated keeps what it found first and tells nobody twice. Too few
cases, no version in force and no promises are answers and not failures. See `docs/runbooks/thresholds.md`.

### Owner
order-operations; failures of the machinery go to the data engineers.
"""

from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from orderwatch.notifiers.task_failed import TaskFailedNotifier
from orderwatch.operators.check_drift import CheckDriftOperator

with DAG(
    "threshold_drift",
    dag_display_name="阈值偏离检查 Threshold drift",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("30 9 * * 1", timezone="Asia/Shanghai"),
    catchup=False,
    allowed_run_types=["scheduled", "manual"],  # limits are checked by what is known now, whatever a run is dated
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=1),
    on_failure_callback=TaskFailedNotifier(role="data_engineer"),
    tags=["orderwatch", "thresholds"],
    default_args={
        "owner": "order-operations",
        "retries": 2,
        "retry_delay": timedelta(minutes=1),
        "execution_timeout": timedelta(minutes=15),
        "on_failure_callback": TaskFailedNotifier(role="data_engineer"),
    },
) as dag:
    CheckDriftOperator(task_id="check_drift")
