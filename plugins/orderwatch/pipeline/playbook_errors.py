"""A playbook file that is broken is told to whoever can mend it, once per mistake; its last good version stays."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from orderwatch.core.messages import compose
from orderwatch.core.notices import Notice, plan_to_role
from orderwatch.core.plain_text import one_line
from orderwatch.core.policy import Policy
from orderwatch.paths import TEMPLATES
from orderwatch.store import ledger, playbooks

WORTH_TELLING: Final = timedelta(hours=12)
MENDERS: Final = "data_engineer"


def tell_errors(conn: Connection, policy: Policy, now: datetime) -> list[str]:
    """Plan the messages about files that are broken now; the keys of those that have not been told before."""
    keys = []
    for file, problem in playbooks.read_errors(conn).items():
        for notice in plan_to_role("task_failed", MENDERS, 2, (), policy.roles):
            keys += _plan(conn, notice, file, problem, now)
    return keys


def _plan(conn: Connection, notice: Notice, file: str, problem: str, now: datetime) -> list[str]:
    about: dict[str, Any] = {
        "dag": "include/playbooks",
        "task": file,
        "run": "",
        "reason": one_line(problem, 600),
        "link": "",
    }
    form = "mail" if notice.sink == "mail" else "wecom"
    mistake = hashlib.sha256(f"{file}\n{problem}".encode()).hexdigest()[:16]
    key = f"playbook_error:{mistake}:{notice.sink}:{notice.recipient}"
    planned = ledger.plan(
        conn,
        key=key,
        family="task_failed",
        sink=notice.sink,
        recipient=notice.recipient,
        payload={
            "subject": f"[Orderwatch] playbook {file} is broken; its last good version stays in force",
            "text": compose(
                TEMPLATES, f"task_failed.{form}", notice.languages, notice.sink, lambda _: [], lambda _: about
            ),
        },
        level=2,
        now=now,
        valid_for=WORTH_TELLING,
    )
    return [key] if planned is not None else []
