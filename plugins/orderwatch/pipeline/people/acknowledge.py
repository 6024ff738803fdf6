"""Take an incident on: nobody else is asked any more."""

from __future__ import annotations

from sqlalchemy import Connection

from orderwatch.core.policy import Policy
from orderwatch.core.refusals import Refusal
from orderwatch.pipeline.people.act import By, Done, Seen, act, not_now, read_standing
from orderwatch.store import attention


def acknowledge(conn: Connection, policy: Policy, by: By, seen: Seen, note: str | None = None) -> Done:
    """The same as ``orderwatch incidents ack``, by somebody who has seen what they take on. Raises ``Refusal``."""
    done = act(conn, policy, by, "acknowledge", seen=seen, reason=note, must_say_why=False)
    standing = read_standing(conn, seen.incident_id)
    if standing.acknowledged_by:
        raise Refusal("acknowledged_already", incident=seen.incident_id, by=standing.acknowledged_by)
    if standing.state not in {"open", "mitigated"}:
        raise not_now(conn, seen.incident_id)
    attention.acknowledge(conn, seen.incident_id, by.login, done.reason or None, done.action_id)
    return done
