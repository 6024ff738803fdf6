"""Alert times: every path that moves one fills ``alert_input`` and runs the same calculation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, text

from orderwatch.store.database import run

PromiseClock = Callable[[Connection], None]
"""Fills ``promise_alert_at`` and ``chance`` in ``alert_input`` where a promise decides what is late."""


def recalculate_exempted(conn: Connection, by_promise: PromiseClock) -> int:
    """Move the alert time of the orders in ``exempted`` to the end of what is normal for them; returns how many moved.

    The caller holds ``Lock.ALERTS``.
    """
    calculate(conn, "alerts/input_exempted", by_promise)
    moved: int = run(conn, "alerts/apply_recalculated").rowcount
    forget(conn)
    return moved


def calculate(
    conn: Connection, source: str, by_promise: PromiseClock, version: int | None = None, **about: Any
) -> None:  # fmt: skip
    """Fill ``alert_input`` by the named statement and leave the alert times in ``alert_result``.

    ``version``: by the limits of another one than that in force, for which ``by_promise`` has to be made, too.
    """
    run(conn, "alerts/create_alert_input")
    run(conn, source, **about)
    conn.execute(text("analyze alert_input"))
    by_promise(conn)
    run(conn, "alerts/calculate", version=version)


def forget(conn: Connection) -> None:
    """Drop what was calculated, so that the same transaction can calculate again."""
    conn.execute(text("drop table alert_input, alert_result"))
