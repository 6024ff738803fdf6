"""What the operations pages show: incidents by page, and everything about one of them or about one order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Row

from orderwatch.store.database import business_now, run

Sort = Literal["level", "deadline", "opened", "id"]
LIVE = ("triage", "open", "acknowledged", "mitigated", "resolved")


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for; nothing named means all. ``control``: auto, paused or manual."""

    states: Sequence[str] | None = LIVE
    levels: Sequence[int] | None = None
    kinds: Sequence[str] | None = None
    owner: str | None = None
    control: str | None = None
    order_id: str | None = None


def list_incidents(
    conn: Connection, wanted: Filter, sort: Sort = "level", page: int = 1, size: int = 50
) -> Sequence[Row[Any]]:
    """One page of the incidents that fit; each row says in ``total`` how many there are."""
    return _incidents(conn, wanted, None, sort, size, (page - 1) * size)


def read_incident(conn: Connection, incident_id: int) -> Row[Any] | None:
    """One incident in the same form, whatever its state; none if there is no such incident."""
    rows = _incidents(conn, Filter(states=None), [incident_id], "id", 1, 0)
    return rows[0] if rows else None


def read_several(conn: Connection, incident_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """These in the same form, as far as there are such incidents."""
    return _incidents(conn, Filter(states=None), incident_ids, "id", len(incident_ids), 0) if incident_ids else []


def _incidents(
    conn: Connection, wanted: Filter, incident_ids: Sequence[int] | None, sort: Sort, size: int, skip: int
) -> Sequence[Row[Any]]:
    return run(
        conn,
        "people/list_incidents",
        incident_ids=None if incident_ids is None else list(incident_ids),
        states=None if wanted.states is None else list(wanted.states),
        levels=None if wanted.levels is None else list(wanted.levels),
        kinds=None if wanted.kinds is None else list(wanted.kinds),
        owner=wanted.owner,
        control=wanted.control,
        order_id=wanted.order_id,
        sort=sort,
        size=size,
        skip=skip,
        now=business_now(conn),
    ).all()


def read_timeline(conn: Connection, incident_id: int, after: int = 0, size: int = 500) -> Sequence[Row[Any]]:
    """Its timeline from a line on, oldest first."""
    return run(conn, "people/read_timeline", incident_id=incident_id, after=after, size=size).all()


def read_members(conn: Connection, incident_id: int, page: int = 1, size: int = 100) -> Sequence[Row[Any]]:
    """Its orders with the evidence, those that are still late first."""
    return run(conn, "people/read_members", incident_id=incident_id, size=size, skip=(page - 1) * size).all()


def read_acts(conn: Connection, incident_id: int) -> Sequence[Row[Any]]:
    """Everything that its playbook has done or is to do."""
    return run(conn, "effects/read_acts", incident_id=incident_id).all()


def read_told(conn: Connection, incident_id: int) -> Sequence[Row[Any]]:
    """Who was told of it."""
    return run(conn, "people/read_told", incident_id=incident_id).all()


def read_order_acts(conn: Connection, order_id: str) -> Sequence[Row[Any]]:
    """Everything that was done about an order."""
    return run(conn, "people/read_order_acts", order_id=order_id).all()


def read_order_incidents(conn: Connection, order_id: str) -> Sequence[Row[Any]]:
    """The incidents that an order is or was in."""
    return run(conn, "people/read_order_incidents", order_id=order_id).all()
