"""
### Purpose
Every Monday morning: find out what false alarms have in common, so that the same mistake need not be dismissed by hand
again and again.

### Flow
`learn_rules` looks at the alarms of the last 90 days and at the last word that people said about each: no order at
all, waiting was normal, or really late. Conditions of at most three facts that enough false alarms share, and real
delays do not, become *proposed* rules: a check that sends such an order to a person first, or an exemption with a
known time. Each comes with the real delays that it would have hidden and the incidents that would not have been
opened. A proposal that is still open gets today's figures and no second one beside it; a refused one comes back only
when its false alarms have doubled. The role in `learning.yaml` is told by WeCom and mail at the next scan. Nothing
decides by itself: one person takes a proposal into the shadow and a second one activates it, on the page *Rules* or
by `orderwatch rules`. The label beside the task says what was found. Started by hand, the form takes a window, and a
dry run that keeps nothing.

### When it fails
Nothing depends on it: rules that are active stay so. Clear the task; a run that is repeated proposes nothing twice and
tells nobody twice. Too little feedback is an answer and not a failure. See `docs/runbooks/rules.md`.

### Owner
order-operations; failures of the machinery go to the data engineers.
"""

from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable, Param

from orderwatch.notifiers.task_failed import TaskFailedNotifier
from orderwatch.operators.base import AS_POLICY
from orderwatch.operators.learn_rules import LearnRulesOperator

WINDOW = rf"^({AS_POLICY}|[1-9]\d{{0,3}}[hd])$"

with DAG(
    "rule_learning",
    dag_display_name="误报规则学习 Rule learning",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("0 10 * * 1", timezone="Asia/Shanghai"),
    catchup=False,
    allowed_run_types=["scheduled", "manual"],  # what people have said by now counts, whatever a run is dated
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=1),
    on_failure_callback=TaskFailedNotifier(role="data_engineer"),
    tags=["orderwatch", "rules"],
    params={
        "window": Param(AS_POLICY, type="string", pattern=WINDOW, title="时间范围 Window", description="如 e.g. 90d"),
        "dry_run": Param(False, type="boolean", title="试运行 Dry run", description="不提出规则。 Proposes nothing."),
    },
    default_args={
        "owner": "order-operations",
        "retries": 2,
        "retry_delay": timedelta(minutes=1),
        "execution_timeout": timedelta(minutes=15),
        "on_failure_callback": TaskFailedNotifier(role="data_engineer"),
    },
) as dag:
    LearnRulesOperator(task_id="learn_rules")
