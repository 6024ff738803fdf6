"""The log of what people did by hand: what it says about an incident, and what others have changed meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from orderwatch.store.database import run


def level_of_incidents(conn: Connection, incident_ids: Sequence[int]) -> int:
    """The gravest of them; 0 if there are none."""
    level: int = run(conn, "people/level_of_incidents", incident_ids=list(incident_ids)).scalar_one()
    return level


def level_of_order(conn: Connection, order_id: str) -> int:
    """The level of the gravest live incident that the order is in; 0 if it is in none."""
    level: int = run(conn, "people/level_of_order", order_id=order_id).scalar_one()
    return level


def read_changes(conn: Connection, incident_id: int, seen_version: int) -> Sequence[Row[Any]]:
    """What people have done to the incident since somebody saw this version: when, who, what, and the line's detail."""
    return run(conn, "people/read_changes", incident_id=incident_id, seen_version=seen_version).all()
