"""Records that were refused: looked at, asked for again, or given up by a named person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from orderwatch.store.database import business_now, run


def read_waiting(conn: Connection) -> Sequence[Row[Any]]:
    """Everything nobody has settled: number, source, feed, record, reason, message in two languages, detail."""
    return run(conn, "quarantine/read_waiting").all()


def ask_again(conn: Connection, ids: Sequence[int] = (), feed: str | None = None) -> int:
    """The next scan validates these records, or all of a feed, once more; returns how many."""
    asked = run(conn, "quarantine/ask_again", ids=list(ids), feed=feed, now=business_now(conn))
    return len(asked.all())


def discard(conn: Connection, ids: Sequence[int], who: str) -> int:
    """These records will never be taken in; returns how many. They stay in the table with the name of who said so."""
    gone = run(conn, "quarantine/discard", ids=list(ids), who=who, now=business_now(conn))
    return len(gone.all())
