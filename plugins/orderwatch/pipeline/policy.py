"""Put the policy in force: the files into the database, and the alert times of open orders after them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from orderwatch.core.policy import Policy
from orderwatch.pipeline.promises import promise_clock
from orderwatch.store.alerts import recalculate_open
from orderwatch.store.policy import publish_policy


def put_in_force(conn: Connection, policy: Policy, now: datetime) -> bool:
    """Publish the policy; whether anything changed. Everything moves in the caller's transaction."""
    changed = publish_policy(conn, policy, now)
    if changed:
        recalculate_open(conn, promise_clock(policy))
    return changed
