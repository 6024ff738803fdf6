"""Alert times: every path that moves one fills ``alert_input`` and runs the same calculation."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, text

from orderwatch.store.database import run

PromiseClock = Callable[[Connection], None]
"""Fills ``promise_alert_at`` and ``chance`` in ``alert_input`` where a promise decides what is late."""


def recalculate_open(conn: Connection, by_promise: PromiseClock) -> int:
    """Recalculate every order that waits unjudged; the caller holds ``Lock.ALERTS``. Returns rows that moved."""
    return _recalculate(conn, "alerts/input_open", by_promise)


def recalculate_exempted(conn: Connection, by_promise: PromiseClock) -> int:
    """Move the alert time of the orders in ``exempted`` to the end of what is normal for them."""
    return _recalculate(conn, "alerts/input_exempted", by_promise)


def _recalculate(conn: Connection, source: str, by_promise: PromiseClock) -> int:
    calculate(conn, source, by_promise)
    moved = run(conn, "alerts/apply_recalculated").rowcount
    conn.execute(text("drop table alert_input, alert_result"))
    return moved


def calculate(conn: Connection, source: str, by_promise: PromiseClock) -> None:
    """Fill ``alert_input`` by the named statement and leave the alert times in ``alert_result``."""
    run(conn, "alerts/create_alert_input")
    run(conn, source)
    conn.execute(text("analyze alert_input"))
    by_promise(conn)
    run(conn, "alerts/calculate")
