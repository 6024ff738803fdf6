"""How many orders wait in each node, late, exempt or unknown, and how much of their time they have used."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row

from orderwatch.core.words import Node
from orderwatch.store.database import run

PARTS: Final = 36
DUE: Final = 24  # parts of an order's time until it is late; the other twelve are beyond


def count_nodes(conn: Connection, judged: Collection[Node], now: datetime) -> None:
    """Count the open orders anew; of nodes that are not ``judged``, what is past its time is unknown, not late.

    About half a second for a million open orders.
    """
    rows = run(conn, "board/count_load", now=now).all()
    for node in Node:
        _put(conn, node, [row for row in rows if row.node == node], node in judged, now)


def _put(conn: Connection, node: Node, rows: Sequence[Row[Any]], judged: bool, now: datetime) -> None:
    ages = [0] * PARTS
    for row in rows:
        ages[row.part - 1] = row.waiting
    run(
        conn,
        "board/put_load",
        node=int(node),
        now=now,
        judged=judged,
        waiting=sum(row.waiting for row in rows),
        late=sum(row.late for row in rows),
        exempt=sum(row.exempt for row in rows),
        unknown=0 if judged else sum(row.undecided for row in rows),
        oldest_at=min((row.oldest_at for row in rows), default=None),
        ages=ages,
    )


def read_nodes(conn: Connection) -> Sequence[Row[Any]]:
    """One row per node as the last scan has counted it; none before the first scan."""
    return run(conn, "board/read_load").all()
