"""A pull that goes wrong in a way nobody foresaw says so in the books, and takes no other feed with it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import psycopg
import pytest
from sqlalchemy import Engine

from orderwatch.hooks.sources.config import Mode, SourceConfig, load_source
from orderwatch.hooks.sources.engine import Page
from orderwatch.hooks.sources.errors import Unforeseen
from orderwatch.paths import POLICY
from orderwatch.pipeline.pull import Reach, pull_source
from tests.pipeline.desk import Desk

REACH = Reach(reconcile_every=timedelta(days=1))
BOOK = "select feed, state, error from feed_pull order by feed"


@dataclass
class Breaking:
    """A CRM whose first feed hands over one page and then breaks with this error."""

    error: Exception
    page: Page = field(default_factory=lambda: Page([{"id": "C1"}], 1, 1, 10, 0.1, None))
    config: SourceConfig = field(default_factory=lambda: load_source(POLICY / "sources" / "crm.yaml"))

    def pull(self, feed: str, mode: Mode, since: datetime | None, until: datetime) -> Iterator[Page]:
        yield self.page
        if feed == "customers":
            raise self.error

    def clock_skew(self, now: datetime) -> float | None:
        return 0.0


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def test_an_error_that_nobody_foresaw_ends_its_pull_and_is_told(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    error = ValueError(
        "王小明 at '中山路1号', 13800138000, https://crm.example.com/?key=abc is out of range\nDETAIL: Li"
    )
    with caplog.at_level(logging.ERROR), pytest.raises(Unforeseen) as found:
        pull_source(desk.engine, Breaking(error), desk.open(), REACH, desk.now)
    told = "crm/customers: ValueError: … at …, …, … is out of range. " + Unforeseen.todo + "."
    assert str(found.value) == told
    assert desk.ask(BOOK) == [
        ("complaints", "pulled", None), ("customers", "broken", told), ("delay_requests", "pulled", None)
    ]  # fmt: skip
    assert "in pull" in caplog.text  # where it happened
    for private in ("王小明", "中山路", "13800138000", "key=abc", "DETAIL"):
        assert private not in caplog.text + told
    assert found.value.__suppress_context__  # nor does the trace in the task's log quote it


def test_a_record_that_the_database_cannot_take_ends_its_pull_too(desk: Desk) -> None:
    source = Breaking(RuntimeError(), page=Page([{"id": "C1", "weight": float("inf")}], 1, 1, 10, 0.1, None))
    with pytest.raises(Unforeseen, match="crm/customers: ValueError: Out of range float values"):
        pull_source(desk.engine, source, desk.open(), REACH, desk.now)
    assert [state for _, state, _ in desk.ask(BOOK)] == ["broken", "broken", "broken"]


def test_trouble_of_our_own_database_is_not_laid_at_the_source(desk: Desk) -> None:
    """The task is repeated instead."""
    with pytest.raises(psycopg.OperationalError):
        pull_source(desk.engine, Breaking(psycopg.OperationalError("gone")), desk.open(), REACH, desk.now)
    assert desk.ask(BOOK) == [("customers", "pulling", None)]
