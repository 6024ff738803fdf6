"""Put a threshold version in force while everything goes on: switch at once, then move open orders in portions."""

from __future__ import annotations

import logging
import time
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine, text

from orderwatch.core.policy import Policy
from orderwatch.pipeline.learn import decide
from orderwatch.pipeline.promises import promise_clock
from orderwatch.store.alerts import calculate
from orderwatch.store.database import Lock, hold, run

log = logging.getLogger(__name__)
FIRST_PORTION: Final = 500
LONG_S, SHORT_S = 0.05, 0.02  # whoever waits for the lock waits about so long: halve above, grow by a half below
LEAST_PORTION: Final = 100


def activate(engine: Engine, policy: Policy, version: int, by: str, reason: str, now: datetime) -> int:
    """Switch to the version and move the alert times of open orders; returns how many moved.

    From the switch on, whatever changes is calculated by the new version; the rest follows without holding anybody up:
    it is calculated beside, and applied only where nothing has changed meanwhile. May be repeated after a crash.
    Raises IntegrityError or InternalError where the version was rejected or waits for a person.
    """
    with engine.begin() as conn:
        hold(conn, Lock.ALERTS)
        switch(conn, version, by, reason, now)
    return follow(engine, policy, now)


def switch(conn: Connection, version: int, by: str, reason: str, now: datetime) -> None:
    """From here on the version counts; whoever calls holds the lock, and sees to it that open orders follow."""
    active = run(conn, "thresholds/read_active").one_or_none()
    if active is None or active.version != version:
        decide(conn, version, "in_force", by, reason, now)
        run(conn, "thresholds/activate", version=version)


def follow(engine: Engine, policy: Policy, now: datetime) -> int:
    """Move every open order to the version in force; returns how many moved. One at a time, whoever calls."""
    with engine.connect() as conn:
        conn.execute(text("select pg_advisory_lock(:lock)"), {"lock": int(Lock.MOVING)})
        try:
            conn.commit()
            return _follow(conn, policy, now)
        finally:
            conn.rollback()
            conn.execute(text("select pg_advisory_unlock(:lock)"), {"lock": int(Lock.MOVING)})
            conn.commit()


def _follow(conn: Connection, policy: Policy, now: datetime) -> int:
    active = run(conn, "thresholds/read_active").one_or_none()
    calculate(conn, "alerts/input_open", promise_clock(policy))
    count: int = run(conn, "alerts/create_moving").rowcount
    conn.execute(text("create index on moving (place)"))
    conn.execute(text("analyze moving"))
    conn.commit()
    log.info("version %s moves %s open orders", active.version if active else "none", count)
    moved, done, portion = 0, 0, FIRST_PORTION
    while done < count:
        begun = time.monotonic()
        with conn.begin():
            hold(conn, Lock.ALERTS)
            moved += run(conn, "alerts/move", after=done, until=done + portion).rowcount
        took = time.monotonic() - begun
        done += portion
        portion = _next_portion(portion, took)
    with conn.begin():
        conn.execute(text("drop table moving"))
        if active is not None:
            run(conn, "thresholds/mark_moved", version=active.version, now=now)
    return moved


def _next_portion(portion: int, took: float) -> int:
    if took > LONG_S:
        return max(portion // 2, LEAST_PORTION)
    return portion + portion // 2 if took < SHORT_S else portion
