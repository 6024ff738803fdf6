"""The door to our own PostgreSQL: connections, named statements, and the two locks that order the writers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import IntEnum
from functools import cache
from typing import Any

import psycopg
from sqlalchemy import Connection, CursorResult, Engine, NullPool, QueuePool, TextClause, create_engine, event, text
from sqlalchemy.engine import ExceptionContext

from orderwatch.paths import SQL

SCHEMA = "orderwatch"
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")  # not after an escaped backslash: that is text which reads so
_HALF = re.compile("[\ud800-\udfff]")


class Lock(IntEnum):
    """Advisory locks, held for one transaction; always taken in this order, so that nobody waits in a circle."""

    SCAN = 7301  # one detection at a time: saves work, the unique indexes give the guarantee
    ALERTS = 7302  # every writer of an alert time
    BUDGETS = 7303  # taken by the trigger that moves budgets
    LETTERS = 7305  # counting a customer's letters and planning one more
    STARTS = 7306  # taken by triggers: shared by a claim, alone by a pause, so that no act slips past one
    MOVING = 7304  # held by a session: one that moves open orders to another version at a time


def connect(url: str, *, pooled: bool = False) -> Engine:
    """An engine on the given PostgreSQL URL that sees our schema and speaks UTC.

    ``pooled`` keeps connections open, for a process that works through thousands of transactions.
    Raises ``ValueError`` for any other database: correctness here rests on PostgreSQL's constraints.
    """
    if not url.startswith(("postgresql://", "postgresql+psycopg://", "postgres://")):
        kind = url.partition("://")[0] if "://" in url else "this"  # the rest may hold a password
        raise ValueError(f"Orderwatch needs PostgreSQL, not {kind!r}: set a postgresql:// URL")
    engine = create_engine(
        "postgresql+psycopg://" + url.split("://", 1)[1],
        connect_args={"options": f"-csearch_path={SCHEMA} -ctimezone=UTC", "connect_timeout": 10},
        poolclass=QueuePool if pooled else NullPool,
        hide_parameters=True,  # row data must not reach logs and messages with an error
    )
    event.listen(engine, "handle_error", _tell_no_rows)
    return engine


def _tell_no_rows(about: ExceptionContext) -> None:
    """PostgreSQL explains an error with the row that caused it; only its first line, which names the rule, stays."""
    for error in (about.original_exception, about.sqlalchemy_exception):
        if error is not None:
            _first_line(error)


def _first_line(error: BaseException) -> None:
    if error.args and isinstance(error.args[0], str) and error.args[0]:
        error.args = (error.args[0].splitlines()[0], *error.args[1:])


@cache
def statement(name: str) -> TextClause:
    """The statement of ``include/sql/<name>.sql``, read once."""
    return text((SQL / f"{name}.sql").read_text(encoding="utf-8"))


def run(conn: Connection, name: str, **values: Any) -> CursorResult[Any]:
    """Execute one named statement with bound values."""
    return conn.execute(statement(name), values)


def hold(conn: Connection, lock: Lock) -> None:
    """Wait for the lock; it is given back when the transaction ends."""
    conn.execute(text("select pg_advisory_xact_lock(:key)"), {"key": int(lock)})


def business_now(conn: Connection) -> datetime:
    """The company's time: the database's clock, shifted only in a demonstration or a replay."""
    now: datetime = conn.execute(text("select business_now()")).scalar_one()
    return now


def business_clock(engine: Engine) -> Callable[[], datetime]:
    """The company's time for whoever asks later, and holds no connection meanwhile."""

    def now() -> datetime:
        with engine.connect() as conn:
            return business_now(conn)

    return now


def copy_rows(conn: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write rows with COPY, the fastest way in; returns how many. Names come from our code, never from data."""
    count = 0
    cursor = conn.connection.cursor()
    try:
        with cursor.copy(f"copy {table} ({', '.join(columns)}) from stdin") as copy:
            for row in rows:
                copy.write_row(row)
                count += 1
    except psycopg.Error as error:
        _first_line(error)
        raise
    return count


def as_json(value: Mapping[str, Any] | Sequence[Any]) -> str:
    """JSON as PostgreSQL takes it: instants in ISO, no NaN, no NUL and no half character, which it refuses."""
    written = json.dumps(value, ensure_ascii=False, allow_nan=False, default=_plain)
    if "\\u0000" in written:
        written = _NUL.sub(r"\1", written)
    return _HALF.sub("\ufffd", written)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in JSON")
