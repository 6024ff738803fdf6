"""
### Purpose
Every 15 minutes: find the orders that are stuck although orders like them are not, and tell the person who can act.

### Flow
`erp.pull`, `wms.pull` and `crm.pull` fetch what changed; `validate_feeds` lets only records through that make sense
and keeps the others in quarantine; `apply_feeds` brings orders, shipments, wishes and complaints up to date and
moves each order's alert time; `detect_anomalies` judges the orders whose alert time has come (is it a real order? is
the waiting normal?), opens incidents of level 0 to 3 and asks the next person where nobody has acknowledged
(where it closes incidents, their reviews begin at once);
`notify_owners` tells them by WeCom and mail, each thing once; `start_responses` begins the playbook that answers each
incident, one run per incident.

### When it fails
A source that does not answer makes its own `pull` red and nobody else: the other sources go on, the orders that
depend on it are *unknown*, not late, and after 40 minutes of silence there is one incident for that source.
Any task can be cleared and run again at any time: nothing is opened or told twice. See `docs/runbooks/scan.md`.

### Owner
order-operations; failures of the machinery go to the data engineers.
"""

from datetime import timedelta

from airflow.sdk import DAG, AssetAlias, CronTriggerTimetable, Param, TaskGroup, TriggerRule

from orderwatch.edge.assets import CLOSED_ALIAS
from orderwatch.notifiers.task_failed import TaskFailedNotifier
from orderwatch.operators.apply_feeds import ApplyFeedsOperator
from orderwatch.operators.detect_anomalies import DetectAnomaliesOperator
from orderwatch.operators.notify_owners import NotifyOwnersOperator
from orderwatch.operators.open_scan import OpenScanOperator
from orderwatch.operators.pull_source import PullSourceOperator
from orderwatch.operators.start_responses import StartResponsesOperator
from orderwatch.operators.validate_feeds import ValidateFeedsOperator

SOURCES = ["erp", "wms", "crm"]

with DAG(
    "order_health_scan",
    dag_display_name="订单健康扫描 Order health scan",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("*/15 * * * *", timezone="Asia/Shanghai"),
    catchup=False,
    allowed_run_types=["scheduled", "manual"],  # the past cannot be scanned, it can only be judged by today's facts
    max_active_runs=1,
    dagrun_timeout=timedelta(minutes=14),
    on_failure_callback=TaskFailedNotifier(role="data_engineer"),
    tags=["orderwatch", "scan"],
    params={
        "sources": Param(
            SOURCES,
            type="array",
            items={"type": "string", "enum": SOURCES},
            examples=SOURCES,
            minItems=1,
            title="Sources 数据源",
            description="Only these are asked; what is known of the others stays in force.",
        ),
        "look_back": Param(
            None,
            type=["null", "string"],
            pattern=r"^[1-9]\d{0,2}[mhd]$",
            title="Look-back 回看",
            description="Ask again for everything changed in this time, not only since the last scan: 90m, 6h, 2d.",
        ),
        "dry_run": Param(
            False,
            type="boolean",
            title="Dry run 试运行",
            description="Judge everything, but open nothing and tell nobody.",
        ),
        "note": Param(None, type=["null", "string"], maxLength=500, title="Note 备注"),
    },
    default_args={
        "owner": "order-operations",
        "retries": 2,
        "retry_delay": timedelta(seconds=10),
        "execution_timeout": timedelta(minutes=10),
        "on_failure_callback": TaskFailedNotifier(role="data_engineer"),
    },
) as dag:
    open_scan = OpenScanOperator(task_id="open_scan", note="{{ params.note or '' }}")
    pulls = []
    for name in SOURCES:
        with TaskGroup(name):
            pulls.append(PullSourceOperator(task_id="pull", source=name, scan_id=open_scan.output))
    validate = ValidateFeedsOperator(
        task_id="validate_feeds", scan_id=open_scan.output, trigger_rule=TriggerRule.ALL_DONE
    )
    apply = ApplyFeedsOperator(task_id="apply_feeds", scan_id=open_scan.output)
    detect = DetectAnomaliesOperator(
        task_id="detect_anomalies", scan_id=open_scan.output, outlets=[AssetAlias(CLOSED_ALIAS)]
    )
    respond = StartResponsesOperator(task_id="start_responses", scan_id=open_scan.output)
    notify = NotifyOwnersOperator(task_id="notify_owners")

    pulls >> validate >> apply >> detect >> [respond, notify]
