"""
### Purpose
On the first day of every month: learn anew how long orders like it normally take, so that "late" follows reality, and
prove it before anybody is woken by it.

### Flow
`erp.pull` and `wms.pull` fetch the completed orders of the learning window; they are validated and stored like those
of every scan. `learn_thresholds` computes mean × 1.8 + regional buffer for every cell of node, category, region and
channel (thin cells fall back to wider ones) and, where the mode goes by promises to customers, judges every candidate
clock by the orders of the last 62 days; the result is an immutable version. `approve_version` asks a person
(*Required Actions*) where another clock would decide than the one in force; the tab *Orderwatch* of the run shows the
version in pictures. `activate_version` puts it in force and moves the alert times of open orders while scans go on.
Started by hand, the form takes a node, a window, candidates, a mode, and a dry run that keeps no version.

### When it fails
The version in force stays in force; so it does when a feed was rejected or a step lacks history, because half a
history teaches harmful limits, and when nobody approves. Mend the cause and clear the run from its pulls on. An earlier
version comes back by `orderwatch thresholds activate`. See `docs/runbooks/thresholds.md`.

### Owner
order-operations; failures of the machinery go to the data engineers.
"""

from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable, Param, TaskGroup

from orderwatch.notifiers.task_failed import TaskFailedNotifier
from orderwatch.operators.activate_version import ActivateVersionOperator
from orderwatch.operators.apply_feeds import ApplyFeedsOperator
from orderwatch.operators.approve_version import WAITS, ApproveVersionOperator
from orderwatch.operators.base import AS_POLICY
from orderwatch.operators.learn_thresholds import ALL_NODES, LearnThresholdsOperator
from orderwatch.operators.open_scan import OpenScanOperator
from orderwatch.operators.pull_source import PullSourceOperator
from orderwatch.operators.validate_feeds import ValidateFeedsOperator

MODES = {  # of 100 alerts for nothing; of 100 broken promises known 48 h before; measured on the Olist history
    AS_POLICY: "如策略文件 as the policy says",
    "formula": "公式 formula: 仅按时长 time in step alone (71 / 61)",
    "balanced": "均衡 balanced (13 / 54)",
    "early": "尽早 early (17 / 74)",
    "precise": "少误报 precise (5 / 0; 61 known 24 h before)",
    "nothing_missed": "不漏报 nothing missed (14 / 54; 100 known 24 h before)",
    "best": "择优 best: 依据本公司历史 what our own history speaks for",
}
CANDIDATE = (
    r"^(fixed:\d{1,4}[hd]|formula:\d{1,2}(\.\d{1,2})?(:\d{1,4})?|countdown:\d{1,4}[hd]|slack:0?\.\d{1,3}"
    r"|risk:0?\.\d{1,3}(@\d{1,3}h)?(\+\d{1,3}h)?|balanced|early|precise|nothing_missed)$"
)
WINDOW = rf"^({AS_POLICY}|[1-9]\d{{0,3}}[hd])$"
NODES = [ALL_NODES, "review", "print", "pick", "outbound", "transport"]

with DAG(
    "threshold_retraining",
    dag_display_name="阈值每月学习 Threshold retraining",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("0 3 1 * *", timezone="Asia/Shanghai"),
    catchup=False,
    allowed_run_types=["scheduled", "manual"],  # limits are learned from what is known now, whatever a run is dated
    max_active_runs=1,
    dagrun_timeout=WAITS,  # a held version waits for a person; the one in force stays meanwhile
    on_failure_callback=TaskFailedNotifier(role="data_engineer"),
    tags=["orderwatch", "thresholds"],
    params={
        "node": Param(ALL_NODES, title="节点 Node", enum=NODES, description="只学这一节点。 Only this step's limits."),
        "window": Param(AS_POLICY, type="string", pattern=WINDOW, title="学习窗口 Window", description="如 e.g. 180d"),
        "mode": Param(
            AS_POLICY,
            title="模式 Mode",
            enum=list(MODES),
            values_display=MODES,
            description="括号内：每百次告警误报 / 每百个违约提前 48 小时发现，见 docs/evaluation.md。 "
            "In brackets: false per 100 alerts / known 48 h ahead per 100 broken promises; see docs/evaluation.md.",
        ),
        "candidates": Param(
            None,
            type=["null", "array"],
            items={"type": "string", "pattern": CANDIDATE},
            title="候选时钟 Candidates",
            description="模式为 best 时的候选，每行一个。 For the mode best, one a line: slack:0.80, risk:0.80+24h …",
        ),
        "dry_run": Param(False, type="boolean", title="试运行 Dry run", description="不保存版本。 Keeps no version."),
    },
    default_args={
        "owner": "order-operations",
        "retries": 2,
        "retry_delay": timedelta(minutes=1),
        "execution_timeout": timedelta(hours=1),
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
    approve = ApproveVersionOperator(task_id="approve_version", learned=learn.output)
    activate = ActivateVersionOperator(task_id="activate_version", version=approve.output)

    pulls >> validate >> apply >> learn
