"""Make an incident a part of another: its orders are the other's from now on, and its own response stops."""

from __future__ import annotations

from sqlalchemy import Connection

from orderwatch.core.policy import Policy
from orderwatch.core.refusals import Refusal
from orderwatch.pipeline.people.act import By, Done, Seen, act, not_now, read_standing
from orderwatch.pipeline.people.ending import end_incident
from orderwatch.store.database import Lock, hold, run

PARENTS = ("open", "acknowledged", "mitigated")


def merge(conn: Connection, policy: Policy, by: By, seen: Seen, into_id: int, reason: str | None = None) -> Done:
    """The child keeps its history and is over; what was planned about it is the parent's to decide anew."""
    if into_id == seen.incident_id:
        raise Refusal("into_itself")
    hold(conn, Lock.SCAN)
    read_standing(conn, into_id)
    done = act(conn, policy, by, "merge", seen=seen, into_id=into_id, reason=reason, must_say_why=False)
    child, parent = read_standing(conn, seen.incident_id), read_standing(conn, into_id)
    if parent.state not in PARENTS or "source" in {child.kind, parent.kind}:
        raise not_now(conn, into_id)
    about = {"incident_id": seen.incident_id, "into_id": into_id, "now": done.now}
    if run(conn, "incidents/merge", **about).one_or_none() is None:
        raise not_now(conn, seen.incident_id)
    run(
        conn,
        "incidents/adopt_members",
        child_id=seen.incident_id,
        incident_id=into_id,
        now=done.now,
        actor=by.login,
        policy_version=policy.version,
    )
    done.say(conn, "merged", {"into": into_id, "note": done.reason or None})
    end_incident(conn, done, "merged", into_id)
    return done
