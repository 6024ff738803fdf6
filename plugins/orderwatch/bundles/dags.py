"""A playbook as a DAG: its steps are the tasks, its file is the documentation."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from airflow.sdk import DAG, Param, TriggerRule

from orderwatch.core.playbook.load import Loaded, parse_served
from orderwatch.core.playbook.schema import DAG_PREFIX
from orderwatch.core.policy.loader import PolicyError
from orderwatch.notifiers.task_failed import TaskFailedNotifier

if TYPE_CHECKING:
    from orderwatch.core.playbook.schema import Step
    from orderwatch.operators.playbook_step import PlaybookStepOperator

log = logging.getLogger(__name__)
ANY_NUMBER: Final = 100_000  # runs that wait for a person count as active
RETRY_WAIT: Final = timedelta(minutes=1)  # five of them outlast every lease: what a killed sender left is known by then


def dags_of(folder: Path, wanted: str | None) -> dict[str, DAG]:
    """The DAGs of a folder's playbooks by their ids; only the one that is wanted, if a task runs it.

    A file that cannot be read is left out and never raises: an error here would stop every playbook.
    """
    files = [folder / f"{wanted.removeprefix(DAG_PREFIX)}.yaml"] if wanted else sorted(folder.glob("*.yaml"))
    made = {}
    for file in files:
        try:
            loaded = parse_served(file.stem, file.read_text(encoding="utf-8"))
        except (PolicyError, OSError, UnicodeDecodeError) as error:
            log.error("%s is left out: %s", file.name, error)
            continue
        if loaded.playbook.state in {"active", "shadow"}:
            made[f"{DAG_PREFIX}{loaded.id}"] = dag_of(loaded)
    return made


def dag_of(loaded: Loaded) -> DAG:
    """One run per incident; what runs when is the file's business, whether it still should the step's own."""
    playbook = loaded.playbook
    with DAG(
        f"{DAG_PREFIX}{loaded.id}",
        dag_display_name=f"{playbook.title.zh} {playbook.title.en}",
        description=f"{playbook.purpose.zh} / {playbook.purpose.en}",
        doc_md=_document(loaded),
        schedule=None,
        catchup=False,
        max_active_runs=ANY_NUMBER,
        is_paused_upon_creation=False,
        rerun_with_latest_version=False,
        tags=["orderwatch", "playbook", *(f"level {level}" for level in playbook.match.levels)],
        params={
            "incident_id": Param(
                None,
                type=["null", "integer"],
                minimum=1,
                title="Incident 事件",
                description="The number of the incident that is answered.",
            )
        },
        default_args={
            "owner": playbook.owner,
            "on_failure_callback": [
                TaskFailedNotifier(role="data_engineer"),
                # the customer of each incident waits for somebody: the owner hears of more than one in a day
                TaskFailedNotifier(role=playbook.owner, hourly=True),
            ],
            "execution_timeout": timedelta(minutes=5),
        },
    ) as dag:
        tasks = {step_id: _task(loaded, step_id, step) for step_id, step in playbook.steps.items()}
        for step_id, task in tasks.items():
            for before in playbook.before(step_id):
                tasks[before] >> task
    return dag


def _task(loaded: Loaded, step_id: str, step: Step) -> PlaybookStepOperator:
    from orderwatch.operators.approval_gate import ApprovalGateOperator
    from orderwatch.operators.playbook_step import PlaybookStepOperator

    about: dict[str, Any] = {
        "task_id": step_id,
        "task_display_name": f"{step.title.zh} {step.title.en}",
        "playbook": loaded.id,
        "raw": loaded.raw,
        "step": step_id,
        # a mail server that is down must not keep the warehouse from being told; each step asks for what it needs
        "trigger_rule": TriggerRule.ALL_DONE,
        "retries": max(2, step.retry.attempts if step.retry else 5),
        "retry_delay": step.retry.wait if step.retry else RETRY_WAIT,
    }
    if step.gate is not None:
        return ApprovalGateOperator(timeout=step.gate.timeout, **about)
    return PlaybookStepOperator(**about)


def _document(loaded: Loaded) -> str:
    """The file itself is in the documentation, so that a changed file is a changed DAG, and people can read it."""
    purpose = loaded.playbook.purpose
    return f"{purpose.zh}\n\n{purpose.en}\n\nVersion `{loaded.sha}`\n\n```yaml\n{loaded.raw}\n```\n"
