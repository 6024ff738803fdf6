"""What the board asks of the books: few statements, however many orders are open and incidents live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row

from orderwatch.core.words import Node
from orderwatch.store.database import run

Who = Literal["all", "needs_me", "mine"]
State = Literal["all", "late", "exempt", "unknown"]
Sort = Literal["deadline", "level", "age", "orders"]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks: the name under which Airflow knows them, and the roles that they hold."""

    login: str
    roles: Sequence[str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which live incidents: by default those that no larger one explains, else those that this one explains."""

    who: Who = "all"
    level: int | None = None
    explained_by: int | None = None
    sort: Sort = "deadline"


def read_scan(conn: Connection) -> Row[Any]:
    """The company's time, and the last scan that has ended, if there was one."""
    return run(conn, "board/read_scan").one()


def read_sources(conn: Connection) -> Sequence[Row[Any]]:
    """Since when each source has said nothing."""
    return run(conn, "board/read_sources").all()


def read_alarms(conn: Connection) -> Sequence[Row[Any]]:
    """Live storms and silent sources."""
    return run(conn, "board/read_alarms").all()


def count_live(conn: Connection, reader: Reader, now: datetime) -> Row[Any]:
    """Live incidents: all, the reader's own, those that wait for the reader, and by level."""
    return run(conn, "board/count_live", login=reader.login, roles=list(reader.roles), now=now).one()


def list_live(
    conn: Connection, reader: Reader, wanted: Wanted, close_after_s: Sequence[int], now: datetime, page: int, size: int
) -> Sequence[Row[Any]]:
    """One page of them; by deadline, what waits for a person comes first. Each row says in ``total`` how many fit."""
    return run(
        conn,
        "board/list_live",
        login=reader.login,
        roles=list(reader.roles),
        who=wanted.who,
        level=wanted.level,
        explained_by=wanted.explained_by,
        sort=wanted.sort,
        close_after_s=list(close_after_s),
        now=now,
        size=size,
        skip=(page - 1) * size,
    ).all()


def list_orders(
    conn: Connection, node: Node | None, state: State, unjudged: Sequence[Node], now: datetime, page: int, size: int
) -> Sequence[Row[Any]]:
    """One page of the orders that wait, and one more where there is another page; the first to be late first."""
    return run(
        conn,
        "board/list_orders",
        node=None if node is None else int(node),
        state=state,
        unjudged=[int(one) for one in unjudged],
        now=now,
        size=size + 1,
        skip=(page - 1) * size,
    ).all()


def read_answer(conn: Connection, incident_id: int) -> Row[Any] | None:
    """The run that answers the incident, with the file that it follows; none if it is not answered."""
    return run(conn, "board/read_answer", incident_id=incident_id).one_or_none()


def sum_acts(conn: Connection, incident_id: int) -> Sequence[Row[Any]]:
    """What its playbook has done and is to do, step by step and state by state."""
    return run(conn, "board/sum_acts", incident_id=incident_id).all()


def list_acts(conn: Connection, incident_id: int) -> Sequence[Row[Any]]:
    """The acts themselves, the youngest first, at most two hundred."""
    return run(conn, "board/list_acts", incident_id=incident_id).all()


def read_ratings(conn: Connection, incident_id: int) -> Sequence[Row[Any]]:
    """The last word of everybody who has rated the response or a step of it."""
    return run(conn, "people/read_ratings", incident_id=incident_id).all()


def read_doubtful(conn: Connection, incident_id: int) -> Sequence[Row[Any]]:
    """Acts of which only a person can say whether they arrived; at most twenty."""
    return run(conn, "board/read_doubtful", incident_id=incident_id).all()


def read_story(conn: Connection, incident_id: int) -> Sequence[Row[Any]]:
    """Its timeline, the youngest line first; at most two hundred besides the orders that joined."""
    return run(conn, "board/read_story", incident_id=incident_id).all()


def list_members(conn: Connection, incident_id: int, page: int, size: int) -> Sequence[Row[Any]]:
    """One page of its orders with evidence and peers, those that are still late first."""
    return run(conn, "board/list_members", incident_id=incident_id, size=size, skip=(page - 1) * size).all()


def read_order(conn: Connection, order_id: str) -> Row[Any]:
    """What kind of order it is; it has to be known."""
    return run(conn, "board/read_order", order_id=order_id).one()


def read_passage(conn: Connection, order_id: str) -> Sequence[Row[Any]]:
    """The nodes that it has been in, in their order."""
    return run(conn, "board/read_passage", order_id=order_id).all()
