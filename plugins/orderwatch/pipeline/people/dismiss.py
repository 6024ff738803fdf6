"""Say that an incident is none: a false alarm, no order, one that is known already, or one that healed by itself."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import Connection

from orderwatch.core.policy import Policy
from orderwatch.pipeline.people.act import By, Done, Seen, act, not_now
from orderwatch.pipeline.people.ending import end_incident
from orderwatch.store.database import Lock, hold, run

DismissedAs = Literal["false_alarm", "not_an_order", "duplicate", "healed"]
"""Only the first two say that the alarm was wrong; drift and learning count those alone."""


def dismiss(conn: Connection, policy: Policy, by: By, seen: Seen, dismissed_as: DismissedAs, reason: str) -> Done:
    """Over at once. The same orders do not open it again for the same reason; a graver one or a new fact does."""
    hold(conn, Lock.SCAN)
    done = act(conn, policy, by, "dismiss", seen=seen, reason=reason)
    about = {"incident_id": seen.incident_id, "dismissed_as": dismissed_as, "now": done.now}
    if run(conn, "incidents/dismiss", **about).one_or_none() is None:
        raise not_now(conn, seen.incident_id)
    done.say(conn, "dismissed", {"dismissed_as": dismissed_as, "reason": done.reason})
    end_incident(conn, done, "dismissed")
    return done
