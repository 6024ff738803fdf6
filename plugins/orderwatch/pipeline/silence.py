"""What people silence: said in the incident's timeline when it begins, and made up for when it ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from orderwatch.core.policy import Policy
from orderwatch.store.database import run


def heed_silences(conn: Connection, policy: Policy, scan_id: int, now: datetime) -> list[int]:
    """Write down which live incidents a silence has come over or left; returns those that are to be told of now."""
    about = {"now": now, "scan_id": scan_id, "policy_version": policy.version}
    run(conn, "incidents/note_silenced", **about)
    return [row.incident_id for row in run(conn, "incidents/end_silenced", **about)]


def ask_anew(conn: Connection, incident_ids: Sequence[int], policy: Policy, now: datetime) -> None:
    """Whoever hears of these only now has the full time of their level to acknowledge them."""
    if not incident_ids:
        return
    for level, rules in policy.grading.levels.items():
        if rules.acknowledge_within:
            by = now + rules.acknowledge_within
            run(conn, "incidents/ask_anew", incident_ids=list(incident_ids), level=level, acknowledge_by=by)
