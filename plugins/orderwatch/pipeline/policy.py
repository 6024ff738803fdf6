"""Put the policy in force: the files into the database, and the alert times of open orders after them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine

from orderwatch.core.policy import Policy
from orderwatch.pipeline.activate import follow
from orderwatch.store.database import run
from orderwatch.store.learned_rules import end_expired
from orderwatch.store.policy import publish_policy


def put_in_force(engine: Engine, policy: Policy, now: datetime) -> bool:
    """Publish the policy; whether anything changed. Open orders follow, also those that a crash has left behind."""
    with engine.begin() as conn:
        changed = publish_policy(conn, policy, now)
        changed |= end_expired(conn, now) > 0
        if changed:
            run(conn, "thresholds/mark_behind")
        active = run(conn, "thresholds/read_active").one_or_none()
    if changed or (active is not None and active.moved_at is None):
        follow(engine, policy, now)
    return changed
