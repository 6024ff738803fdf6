"""Fetch what changed at one source and stage it as received; the watermark does not move here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from traceback import format_tb
from typing import Final, Protocol

import psycopg
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from orderwatch.hooks.sources.config import Mode, SourceConfig
from orderwatch.hooks.sources.engine import Page
from orderwatch.hooks.sources.errors import SourceError, Unforeseen
from orderwatch.store import scans
from orderwatch.store.database import as_json, copy_rows, run

log = logging.getLogger(__name__)
# our own database is gone or busy: no fault of the source, and repeating the task may help
OURS: Final = (OperationalError, psycopg.OperationalError)


class Source(Protocol):
    """What a pull needs of a source hook."""

    config: SourceConfig

    def pull(self, feed: str, mode: Mode, since: datetime | None, until: datetime) -> Iterator[Page]: ...

    def clock_skew(self, now: datetime) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Reach:
    """How far back a pull goes: normally from the watermark; ``look_back`` or ``history`` from a given age."""

    reconcile_every: timedelta
    look_back: timedelta | None = None
    history: timedelta | None = None


def pull_source(
    engine: Engine, source: Source, scan_id: int, reach: Reach, clock: Callable[[], datetime]
) -> dict[str, int]:
    """Stage every feed of a source for this scan; returns records per feed.

    A feed that fails is recorded with its error and the other feeds are still tried. Raises the first
    ``SourceError`` at the end, so that the caller's task says what is wrong.
    """
    staged: dict[str, int] = {}
    failures: list[SourceError] = []
    for feed in source.config.feeds:
        try:
            staged[feed] = _pull_feed(engine, source, scan_id, feed, reach, clock())
        except SourceError as error:
            failures.append(error)
    if failures:
        raise failures[0]
    return staged


@dataclass(frozen=True, slots=True)
class _Window:
    """What to ask a feed for, in one pull: (mode, since) one after the other, everything up to ``until``."""

    asks: tuple[tuple[Mode, datetime | None], ...]
    until: datetime


def _pull_feed(engine: Engine, source: Source, scan_id: int, feed: str, reach: Reach, now: datetime) -> int:
    config = source.config
    with engine.begin() as conn:
        window = _window(conn, config, feed, reach, now)
        mode, since = window.asks[0]
        pull_id = scans.begin_pull(
            conn, scan_id=scan_id, source=config.source, feed=feed, mode=mode, since=since, until=window.until
        )
    count = 0
    try:
        with engine.begin() as conn:
            for page in _pages(source, feed, window):
                rows = ((pull_id, count + i, as_json(record)) for i, record in enumerate(page.records))
                count += copy_rows(conn, "feed_record", ("pull_id", "record_no", "record"), rows)
                log.info("%s/%s: page %s, %s records so far", config.source, feed, page.number, count)
            scans.end_pull(conn, pull_id, "pulled", records=count, clock_skew_s=source.clock_skew(now))
    except SourceError as error:
        _end_badly(engine, pull_id, error)
        raise
    except OURS:
        raise
    except Exception as error:
        unforeseen = Unforeseen.of(error, config.source, feed)
        # the places only, and `from None`: the words of the error may quote a record
        log.error("%s\n%s", unforeseen, "".join(format_tb(error.__traceback__)))
        _end_badly(engine, pull_id, unforeseen)
        raise unforeseen from None
    return count


def _end_badly(engine: Engine, pull_id: int, error: SourceError) -> None:
    """What no repetition can mend is an outage at once, the rest only when it lasts."""
    with engine.begin() as conn:
        scans.end_pull(conn, pull_id, "failed" if error.retryable else "broken", error=str(error))


def _pages(source: Source, feed: str, window: _Window) -> Iterator[Page]:
    for mode, since in window.asks:
        yield from source.pull(feed, mode, since, window.until)


def _window(conn: Connection, config: SourceConfig, feed: str, reach: Reach, now: datetime) -> _Window:
    """Everything open on the first scan; afterwards the changes since the watermark, or since longer ago.

    Once in a while everything open is asked for again, *beside* the changes: an order that finished meanwhile is
    in the changes only. A look-back never begins later than the watermark, or what lies between would be lost.
    """
    known = run(conn, "feeds/read_source_feed", source=config.source, feed=feed).one_or_none()
    since, until = config.feed(feed).window(known.watermark if known else None, now)
    if reach.history is not None:
        return _Window((("completed", now - reach.history),), until)
    if known is None or known.reconciled_at is None or since is None:
        return _Window((("open", None),), until)
    if reach.look_back is not None:
        since = min(since, now - reach.look_back)
    changes: tuple[Mode, datetime | None] = ("changes", since)
    if now - known.reconciled_at >= reach.reconcile_every:
        return _Window((("open", None), changes), until)
    return _Window((changes,), until)
