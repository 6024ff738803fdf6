"""What a pull asks for: everything open at first, then changes; nothing between two pulls is ever skipped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from orderwatch.hooks.sources.config import Mode, SourceConfig, load_source
from orderwatch.hooks.sources.engine import Page
from orderwatch.paths import POLICY
from orderwatch.pipeline.pull import Reach, pull_source
from tests.pipeline.desk import Desk

DAY = timedelta(days=1)
REACH = Reach(reconcile_every=DAY)


@dataclass
class Listening:
    """A source that remembers what it was asked."""

    config: SourceConfig = field(default_factory=lambda: load_source(POLICY / "sources" / "erp.yaml"))
    asked: list[tuple[Mode, datetime | None]] = field(default_factory=list)

    def pull(self, feed: str, mode: Mode, since: datetime | None, until: datetime) -> Iterator[Page]:
        self.asked.append((mode, since))
        yield from ()

    def clock_skew(self, now: datetime) -> float | None:
        return 0.0


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def ask(desk: Desk, reach: Reach) -> list[tuple[Mode, datetime | None]]:
    source = Listening()
    pull_source(desk.engine, source, desk.open(), reach, desk.now)
    return source.asked


def knows(desk: Desk, *, watermark: datetime, reconciled: datetime) -> None:
    with desk.engine.begin() as conn:
        conn.execute(
            text("insert into source_feed (source, feed, watermark, reconciled_at) values ('erp', 'orders', :w, :r)"),
            {"w": watermark, "r": reconciled},
        )


def test_the_first_scan_asks_for_everything_open_even_with_a_look_back(desk: Desk) -> None:
    assert ask(desk, Reach(DAY, look_back=timedelta(hours=1))) == [("open", None)]


def test_afterwards_the_changes_since_the_watermark_less_the_overlap_are_asked_for(desk: Desk) -> None:
    seen = desk.now() - timedelta(minutes=15)
    knows(desk, watermark=seen, reconciled=seen)
    assert ask(desk, REACH) == [("changes", seen - timedelta(minutes=30))]


def test_a_reconcile_asks_for_the_changes_too_because_finished_orders_are_not_open(desk: Desk) -> None:
    seen = desk.now() - timedelta(minutes=15)
    knows(desk, watermark=seen, reconciled=desk.now() - 2 * DAY)
    assert ask(desk, REACH) == [("open", None), ("changes", seen - timedelta(minutes=30))]


@pytest.mark.parametrize(("back", "hours"), [(timedelta(hours=1), 6.5), (timedelta(hours=12), 12)])
def test_a_look_back_reaches_further_but_never_skips_what_was_not_seen(
    desk: Desk, back: timedelta, hours: float
) -> None:
    now = desk.now()
    knows(desk, watermark=now - timedelta(hours=6), reconciled=now)
    (mode, since), *rest = ask(desk, Reach(DAY, look_back=back))
    assert (mode, rest) == ("changes", []) and since is not None
    assert abs(since - (now - timedelta(hours=hours))) < timedelta(seconds=30)


def test_the_history_is_what_was_completed(desk: Desk) -> None:
    (mode, since), *rest = ask(desk, Reach(DAY, history=180 * DAY))
    assert (mode, rest) == ("completed", []) and since is not None
