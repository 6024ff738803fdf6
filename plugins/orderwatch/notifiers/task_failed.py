"""A failed task is told to the people who can mend it: the machinery must not fail in silence."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseNotifier

if TYPE_CHECKING:
    from airflow.sdk.definitions.context import Context

WORTH_TELLING = timedelta(hours=6)


class TaskFailedNotifier(BaseNotifier):
    """Plans the alert in the ledger and sends it; the same failure of the same task is told once a day.

    If our database is what failed, the ledger cannot be written: Airflow then logs the error of this callback,
    and the missing scan shows on the home page.
    """

    template_fields: Sequence[str] = ("role",)

    def __init__(self, *, role: str) -> None:
        super().__init__()
        self.role = role

    def notify(self, context: Context) -> None:
        """Tell everyone in the role which task failed, why, and where its log is."""
        if context.get("exception") is None and context.get("reason") != "timed_out":
            return  # a run that failed because of a task: the task has told already
        # every DAG file names this class, so what it needs is imported when something has failed
        from orderwatch.core.messages import compose
        from orderwatch.core.notices import plan_to_role
        from orderwatch.core.policy import load_policy
        from orderwatch.hooks.database import DatabaseHook
        from orderwatch.notifiers.senders import Senders
        from orderwatch.paths import POLICY, TEMPLATES
        from orderwatch.pipeline.dispatch import dispatch
        from orderwatch.store import ledger
        from orderwatch.store.database import business_now

        failure = _describe(context)
        engine = DatabaseHook().engine()
        with engine.begin() as conn:
            now = business_now(conn)
            for notice in plan_to_role("task_failed", self.role, 2, (), load_policy(POLICY)):
                text = compose(
                    TEMPLATES,
                    f"task_failed.{_form(notice.sink)}",
                    notice.languages,
                    notice.sink,
                    _no_items,
                    lambda _: failure,
                )
                ledger.plan(
                    conn,
                    key=f"task_failed:{failure['key']}:{now:%Y%m%d}:{notice.sink}:{notice.recipient}",
                    family="task_failed",
                    sink=notice.sink,
                    recipient=notice.recipient,
                    level=2,
                    now=now,
                    valid_for=WORTH_TELLING,
                    payload={
                        "subject": f"[Orderwatch] {failure['dag']}.{failure['task']} failed",
                        "text": text,
                    },
                )
        dispatch(engine, Senders().by_sink())


def _no_items(language: str) -> list[dict[str, Any]]:
    return []


def _form(sink: str) -> str:
    return "mail" if sink == "mail" else "wecom"


def _describe(context: Context) -> dict[str, Any]:
    from orderwatch.core.plain_text import one_line

    task = context.get("task_instance") or context["dag_run"]
    cause = context.get("exception") or "the whole run took longer than it may; its unfinished tasks were skipped"
    reason = "".join(c if c.isprintable() else " " for c in str(cause))
    name = getattr(task, "task_id", "run")
    return {
        "key": f"{task.dag_id}:{name}:{hashlib.sha256(reason.encode()).hexdigest()[:16]}",
        "dag": task.dag_id,
        "task": name,
        "run": task.run_id,
        "reason": one_line(reason, 600),
        "link": getattr(task, "log_url", "") or "",
    }
