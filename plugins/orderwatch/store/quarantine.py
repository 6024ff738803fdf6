"""Records that were refused: looked at, asked for again, or given up by a named person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from orderwatch.store.database import business_now, run


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records; nothing named means all. ``waiting``: those that nobody has settled, else those that are."""

    waiting: bool = True
    source: str | None = None
    feed: str | None = None
    reason: str | None = None


def list_shown(conn: Connection, wanted: Wanted, page: int, size: int) -> Sequence[Row[Any]]:
    """One page of them; each row says in ``total`` how many fit."""
    about = {"waiting": wanted.waiting, "source": wanted.source, "feed": wanted.feed, "reason": wanted.reason}
    return run(conn, "quarantine/list_shown", **about, size=size, skip=(page - 1) * size).all()


def count_by_rule(conn: Connection) -> Sequence[Row[Any]]:
    """How many wait by which rule of which feed, since when; at most a hundred rules."""
    return run(conn, "quarantine/count_by_rule").all()


def read_chosen(conn: Connection, ids: Sequence[int]) -> Sequence[Row[Any]]:
    """These records as they stand now, also those that have been settled meanwhile."""
    return run(conn, "quarantine/read_chosen", ids=list(ids)).all()


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
