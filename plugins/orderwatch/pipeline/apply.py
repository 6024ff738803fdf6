"""Bring validated rows into the orders: newer versions only, alert times and watermarks in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine, text

from orderwatch.core.policy import Policy
from orderwatch.core.policy.grading import SourcePolicy
from orderwatch.pipeline.promises import promise_clock
from orderwatch.store import scans
from orderwatch.store.alerts import PromiseClock, calculate
from orderwatch.store.database import Lock, hold, run
from orderwatch.store.scans import Pull

UPSERTS: Final[Mapping[str, str]] = {  # feed to statement, in the order in which they refer to one another
    "orders": "orders/upsert_orders",
    "shipments": "orders/upsert_shipments",
    "customers": "orders/upsert_customers",
    "delay_requests": "orders/upsert_delay_requests",
    "complaints": "orders/upsert_complaints",
}


FIND_AGAIN: Final[Mapping[str, str]] = {
    "orders": "orders/find_orders_again",
    "shipments": "orders/find_shipments_again",
}
MISS: Final[Mapping[str, str]] = {"orders": "orders/miss_orders", "shipments": "orders/miss_shipments"}


def apply_feeds(engine: Engine, scan_id: int, now: datetime, policy: Policy) -> int:
    """Apply every validated pull of a scan; returns how many orders changed.

    All or nothing: after a crash the pulls are still staged, and applying them again gives the same rows. The
    watermark of a source whose clock is off stays where it is.
    """
    limits = policy.grading.sources
    with engine.begin() as conn:
        hold(conn, Lock.ALERTS)
        pulls = {pull.feed: pull for pull in scans.read_pulls(conn, scan_id) if pull.state == "validated"}
        conn.execute(text("create temporary table changed_order (order_id text primary key) on commit drop"))
        for feed, upsert in UPSERTS.items():
            if feed in pulls:
                run(conn, upsert, pull_id=pulls[feed].pull_id)
        for pull in pulls.values():
            _reconcile(conn, pull, now, limits)
        changed = _follow(conn, promise_clock(policy), now)
        max_skew = limits.max_clock_skew.total_seconds()
        for pull in pulls.values():
            run(conn, "feeds/advance_source_feed", pull_id=pull.pull_id, max_clock_skew_s=max_skew)
            scans.clear_staged(conn, pull.pull_id)
            scans.end_pull(conn, pull.pull_id, "applied")
    return changed


def _reconcile(conn: Connection, pull: Pull, now: datetime, limits: SourcePolicy) -> None:
    """Whom a complete list of everything open does not name has been lost on the way; who comes back is not."""
    if pull.feed in FIND_AGAIN:
        run(conn, FIND_AGAIN[pull.feed], pull_id=pull.pull_id)
    if pull.feed in MISS and pull.mode == "open":
        run(conn, MISS[pull.feed], pull_id=pull.pull_id, now=now, vanished_share=limits.vanished_share)


def _follow(conn: Connection, by_promise: PromiseClock, now: datetime) -> int:
    """Nodes, cells and alert times of the orders in ``changed_order``."""
    changed: int = conn.execute(text("select count(*) from changed_order")).scalar_one()
    if not changed:
        return 0
    conn.execute(text("analyze changed_order"))
    run(conn, "orders/mark_disagreement", now=now)
    run(conn, "orders/stage_changed_orders")
    conn.execute(text("analyze changed_stage"))
    run(conn, "orders/insert_cells")
    run(conn, "orders/upsert_order_stages")
    calculate(conn, "alerts/input_changed_orders", by_promise)
    run(conn, "alerts/upsert_alerts", now=now)
    run(conn, "alerts/delete_left")
    return changed
