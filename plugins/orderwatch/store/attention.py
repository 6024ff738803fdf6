"""What a person sees of incidents, and the one word by which they take one on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from orderwatch.store.database import business_now, run


def acknowledge(
    conn: Connection, incident_id: int, who: str, note: str | None = None, action_id: int | None = None
) -> None:
    """The person takes the incident on: it is not escalated any more, and reminded of at the longest interval only.

    Raises ``LookupError`` when there is no such incident, and ``ValueError`` when there is nothing to take on: it is
    over, still doubted, or somebody was faster.
    """
    if not who.strip():
        raise ValueError("say who acknowledges")
    about = {"incident_id": incident_id, "who": who.strip(), "note": note, "action_id": action_id}
    taken = run(conn, "incidents/acknowledge", **about, now=business_now(conn))
    if taken.one_or_none() is not None:
        return
    row = read_one(conn, incident_id)
    if row.acknowledged_by:
        raise ValueError(f"#{incident_id} was acknowledged by {row.acknowledged_by} already")
    into = f" into #{row.parent_id}: acknowledge that one" if row.parent_id else ""
    raise ValueError(f"#{incident_id} cannot be acknowledged: it is {row.state}{into}")


def read_live(conn: Connection) -> Sequence[Row[Any]]:
    """Every live incident, the gravest first, with everything that keeps it quiet or waiting."""
    return run(conn, "incidents/list_live", incident_id=None, now=business_now(conn)).all()


def read_one(conn: Connection, incident_id: int) -> Row[Any]:
    """One incident, whatever its state; raises ``LookupError`` when there is none."""
    row = run(conn, "incidents/list_live", incident_id=incident_id, now=business_now(conn)).one_or_none()
    if row is None:
        raise LookupError(f"there is no incident {incident_id}")
    return row


def read_history(conn: Connection, incident_id: int) -> Sequence[Row[Any]]:
    """The timeline of an incident, oldest line first; ``order_ids`` are the orders that joined at that instant."""
    return run(conn, "incidents/read_history", incident_id=incident_id).all()
