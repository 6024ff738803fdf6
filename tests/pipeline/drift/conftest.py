"""A month in which nothing has happened yet, and one with too many false alarms."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.pipeline.desk import HOUR, Desk
from tests.pipeline.drift.month import DUE, Month


@pytest.fixture
def month(engine: Engine) -> Month:
    return Month(Desk(engine))


@pytest.fixture
def noisy(month: Month) -> Iterator[Month]:
    """Five orders that were alarmed for nothing."""
    for n in range(5):
        month.order(f"SO{n}", alarmed=DUE - 30 * HOUR)
    month.happen()
    yield month
