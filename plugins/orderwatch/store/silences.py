"""Silences: what a person keeps from being told, why, and until when at the latest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row

from orderwatch.core.titles import KINDS
from orderwatch.core.words import Node
from orderwatch.store.attention import read_one
from orderwatch.store.database import business_now, run

LONGEST: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Matcher:
    """What a silence is over: one incident, one order, one cause (wave, manifest, article, fault, source), or a kind.

    A kind may be narrowed to one step and one level. A silence over an order or a step is over those incidents only
    that are about nothing else.

    Raises ``ValueError`` when it names none or several of them, or a word that there is not.
    """

    incident_id: int | None = None
    order_id: str | None = None
    cause: str | None = None
    kind: str | None = None
    node: Node | None = None
    level: int | None = None

    def __post_init__(self) -> None:
        named = [self.incident_id, self.order_id or None, self.cause or None, self.kind or None]
        if sum(one is not None for one in named) != 1:
            raise ValueError("say what is silenced: one incident, one order, one cause or one kind")
        if self.kind is None and (self.node is not None or self.level is not None):
            raise ValueError("a step and a level narrow a kind; say which kind")
        if self.kind is not None and self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is no kind of incident; there are: {', '.join(KINDS)}")
        if self.level is not None and self.level not in range(4):
            raise ValueError(f"there is no level {self.level}: it is 0, 1, 2 or 3")


def add(conn: Connection, matcher: Matcher, who: str, reason: str, lasts: timedelta) -> int:
    """Begin a silence now; returns its number. Raises ``ValueError`` without owner, reason or an end in seven days."""
    if not who.strip() or not reason.strip():
        raise ValueError("a silence has an owner and a reason")
    if not timedelta(0) < lasts <= LONGEST:
        raise ValueError(f"a silence ends after at most {LONGEST.days} days, and not before it begins")
    if matcher.incident_id is not None:
        _known(conn, matcher.incident_id)
    now = business_now(conn)
    number: int = run(
        conn,
        "silences/add",
        incident_id=matcher.incident_id,
        order_id=matcher.order_id,
        cause=matcher.cause,
        kind=matcher.kind,
        node=None if matcher.node is None else int(matcher.node),
        level=matcher.level,
        reason=reason.strip(),
        owner=who.strip(),
        now=now,
        ends=now + lasts,
    ).scalar_one()
    return number


def read(conn: Connection, *, every: bool = False) -> Sequence[Row[Any]]:
    """The silences in force, or all there ever were, each with the live incidents (at most 20) that it is over."""
    return run(conn, "silences/read", every=every, now=business_now(conn)).all()


def list_shown(conn: Connection, since: datetime, now: datetime) -> Sequence[Row[Any]]:
    """Those in force by their ends, then those that have ended since; at most 500."""
    return run(conn, "silences/list_shown", since=since, now=now).all()


def end(conn: Connection, silence_id: int, who: str) -> bool:
    """End a silence early; the next scan tells what is still open. ``False`` when there was none to end."""
    ended = run(conn, "silences/end", silence_id=silence_id, who=who, now=business_now(conn))
    return ended.one_or_none() is not None


def _known(conn: Connection, incident_id: int) -> None:
    row = read_one(conn, incident_id)
    if row.state in {"closed", "dismissed", "merged"}:
        into = f" into #{row.parent_id}: silence that one" if row.parent_id else ""
        raise ValueError(f"#{incident_id} is {row.state}{into}")
