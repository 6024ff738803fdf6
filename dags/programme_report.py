"""
### Purpose
On the first of every month: what the programme has achieved in the month before, in figures that each carry their
definition and their count, so that management sees whether incidents are found before customers complain, answered in
time, and do not come back.

### Flow
`write_report` counts the month from the books: incidents found before a complaint, time to the first response, false
alarms, repeated causes, what affected customers think of us beside the others, money per incident, playbooks that
succeeded, and orders that nobody was alarmed about. The report is kept and never changed; the same facts are the same
document, and facts that came later are a new version.
Months before it that were never written, because nothing ran, are written as well, at most twelve. The role in
`programme.yaml` is told by WeCom and mail with the next scan. Started by hand, the form takes a month, such as
2026-10, which has to be over; the month that goes on is on the page *Programme*, or `orderwatch report`. The label
beside the task says what was written.

### When it fails
Nothing depends on it: clear the task. Nothing is written or told twice. A month that is not over is refused in words.
See `docs/runbooks/programme.md`.

### Owner
order-operations; failures of the machinery go to the data engineers.
"""

from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable, Param

from orderwatch.notifiers.task_failed import TaskFailedNotifier
from orderwatch.operators.write_report import WriteReportOperator

with DAG(
    "programme_report",
    dag_display_name="月报 Programme report",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("0 8 1 * *", timezone="Asia/Shanghai"),
    catchup=False,
    allowed_run_types=["scheduled", "manual"],  # months are counted by what is known now, whatever a run is dated
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=1),
    on_failure_callback=TaskFailedNotifier(role="data_engineer"),
    tags=["orderwatch", "programme"],
    params={
        "month": Param(
            None,
            type=["null", "string"],
            pattern=r"^20\d\d-(0[1-9]|1[0-2])$",
            title="月份 Month",
            description="如 2026-10，须已结束；不填为上个月。 A month that is over; by default the last one.",
        ),
    },
    default_args={
        "owner": "order-operations",
        "retries": 2,
        "retry_delay": timedelta(minutes=1),
        "execution_timeout": timedelta(minutes=15),
        "on_failure_callback": TaskFailedNotifier(role="data_engineer"),
    },
) as dag:
    WriteReportOperator(task_id="write_report")
