"""A failed task is told to the people who can mend it: the machinery must not fail in silence."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseNotifier

if TYPE_CHECKING:
    from airflow.sdk.definitions.context import Context
    from sqlalchemy import Connection

    from orderwatch.core.notices import Notice
    from orderwatch.core.policy.roles import RolesFile

log = logging.getLogger(__name__)
WORTH_TELLING = timedelta(hours=6)
# what differs between two occurrences of one failure: counts, amounts, instants, addresses in memory
_VARIES = re.compile(r"0x[0-9a-f]+|\d+(?:[.,:]\d+)*")


class TaskFailedNotifier(BaseNotifier):
    """Plans the alert in the ledger and sends it; the same kind of failure of the same task is told once a day,
    or once an hour where ``hourly``.

    Nothing else that waits in the ledger is sent: in a dry run nobody is to hear of orders. Of the policy only
    ``roles.yaml`` is read, so that a mistake in another file is told, too; if that file itself cannot be used, those
    are told who were in the role when a policy was last published.

    If our database is what failed, the ledger cannot be written: Airflow then logs the error of this callback,
    and the missing scan shows on the home page.
    """

    template_fields: Sequence[str] = ("role",)

    def __init__(self, *, role: str, hourly: bool = False) -> None:
        super().__init__()
        self.role = role
        self.hourly = hourly

    def notify(self, context: Context) -> None:
        """Tell everyone in the role which task failed, why, and where its log is."""
        if context.get("exception") is None and context.get("reason") != "timed_out":
            return  # a run that failed because of a task: the task has told already
        # every DAG file names this class, so what it needs is imported when something has failed
        from orderwatch.core.notices import plan_to_role
        from orderwatch.hooks.database import DatabaseHook
        from orderwatch.notifiers.senders import Senders
        from orderwatch.pipeline.dispatch import dispatch
        from orderwatch.store.database import business_now

        failure = _describe(context)
        engine = DatabaseHook().engine()
        with engine.begin() as conn:
            now = business_now(conn)
            notices = plan_to_role("task_failed", self.role, 2, (), _roles(conn, self.role))
            keys = [_plan(conn, notice, failure, now, self.hourly) for notice in notices]
        dispatch(engine, Senders().by_sink(), only=keys)


def _roles(conn: Connection, role: str) -> RolesFile:
    """The roles of the file, or those last published where it is broken or does not know the role."""
    from orderwatch.core.policy.loader import load_file
    from orderwatch.core.policy.roles import RolesFile
    from orderwatch.paths import POLICY
    from orderwatch.store.policy import last_roles

    try:
        roles = load_file(POLICY / "roles.yaml", RolesFile)
        roles.role(role)
    except Exception as error:  # whatever is wrong with the file, somebody has to hear of the failure
        kept = last_roles(conn)
        if kept is None:
            raise
        log.warning("roles.yaml cannot be used, the roles last published count: %s", error)
        return kept
    return roles


def _plan(conn: Connection, notice: Notice, failure: dict[str, Any], now: datetime, hourly: bool) -> str:
    """Write the message into the ledger unless it is there; returns its key."""
    from orderwatch.core.messages import compose
    from orderwatch.paths import TEMPLATES
    from orderwatch.store import ledger

    key = f"task_failed:{failure['key']}:{now:{'%Y%m%d%H' if hourly else '%Y%m%d'}}:{notice.sink}:{notice.recipient}"
    template = f"task_failed.{'mail' if notice.sink == 'mail' else 'wecom'}"
    ledger.plan(
        conn,
        key=key,
        family="task_failed",
        sink=notice.sink,
        recipient=notice.recipient,
        level=2,
        now=now,
        valid_for=WORTH_TELLING,
        payload={
            "subject": f"[Orderwatch] {failure['dag']}.{failure['task']} failed",
            "text": compose(TEMPLATES, template, notice.languages, notice.sink, _no_items, lambda _: failure),
        },
    )
    return key


def _no_items(language: str) -> list[dict[str, Any]]:
    return []


def _describe(context: Context) -> dict[str, Any]:
    from orderwatch.core.plain_text import one_line

    task = context.get("task_instance") or context["dag_run"]
    cause = context.get("exception") or "the whole run took longer than it may; its unfinished tasks were skipped"
    reason = "".join(c if c.isprintable() else " " for c in str(cause))
    name = getattr(task, "task_id", "run")
    return {
        "key": f"{task.dag_id}:{name}:{_kind(cause, reason)}",
        "dag": task.dag_id,
        "task": name,
        "run": task.run_id,
        "reason": one_line(reason, 600),
        "link": getattr(task, "log_url", "") or "",
    }


def _kind(cause: object, reason: str) -> str:
    """The same for the same kind of error, however many rows or bytes it speaks of this time."""
    kind = f"{type(cause).__name__}: {_VARIES.sub('#', reason)}"
    return hashlib.sha256(kind.encode()).hexdigest()[:16]
