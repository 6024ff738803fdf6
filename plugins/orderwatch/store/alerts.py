"""Alert times: every path that moves one fills ``alert_input`` and runs the same calculation."""

from __future__ import annotations

from sqlalchemy import Connection, text

from orderwatch.store.database import run


def recalculate_open(conn: Connection) -> int:
    """Recalculate every order that waits unjudged; the caller holds ``Lock.ALERTS``. Returns rows that moved."""
    return _recalculate(conn, "alerts/input_open")


def recalculate_exempted(conn: Connection) -> int:
    """Move the alert time of the orders in ``exempted`` to the end of what is normal for them."""
    return _recalculate(conn, "alerts/input_exempted")


def _recalculate(conn: Connection, source: str) -> int:
    calculate(conn, source)
    moved = run(conn, "alerts/apply_recalculated").rowcount
    conn.execute(text("drop table alert_input, alert_result"))
    return moved


def calculate(conn: Connection, source: str) -> None:
    """Fill ``alert_input`` by the named statement and leave the alert times in ``alert_result``."""
    run(conn, "alerts/create_alert_input")
    run(conn, source)
    conn.execute(text("analyze alert_input"))
    run(conn, "alerts/calculate")
