"""Close an incident by hand, with its root cause, also while orders are still stuck in it."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import Connection

from orderwatch.core.policy import Policy
from orderwatch.pipeline.people.act import By, Done, Seen, act, not_now
from orderwatch.pipeline.people.ending import end_incident
from orderwatch.store.database import Lock, hold, run

RootCause = Literal["system", "human", "external"]


def close(conn: Connection, policy: Policy, by: By, seen: Seen, root_cause: RootCause, reason: str) -> Done:
    """Over at once; ``reason`` is the cause in words. Its review is due within 72 hours, as of every closed one."""
    hold(conn, Lock.SCAN)
    done = act(conn, policy, by, "close", seen=seen, reason=reason)
    about = {"incident_id": seen.incident_id, "root_cause": root_cause, "note": done.reason, "now": done.now}
    if run(conn, "incidents/close", **about).one_or_none() is None:
        raise not_now(conn, seen.incident_id)
    done.say(conn, "closed_by_hand", {"root_cause": root_cause, "reason": done.reason})
    end_incident(conn, done, "closed")
    return done
