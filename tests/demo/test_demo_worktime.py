"""Working time: holidays are closed, make-up Saturdays are open."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from demo.instants import HOUR, epoch, local_text
from demo.worktime import WorkTime, is_workday

NOW = epoch("2026-10-08T10:07:00")
WAREHOUSE = WorkTime(NOW, 8, 20)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-09-30 15:00:00", 5, "2026-09-30 20:00:00"),
        ("2026-09-30 15:00:00", 6, "2026-10-08 09:00:00"),
        ("2026-10-03 12:00:00", 1, "2026-10-08 09:00:00"),
        ("2026-10-09 19:00:00", 2, "2026-10-10 09:00:00"),  # a make-up Saturday
        ("2026-10-10 19:00:00", 2, "2026-10-12 09:00:00"),
    ],
)
def test_work_is_added_over_nights_and_holidays(start: str, hours: int, end: str) -> None:
    done = WAREHOUSE.add_work(epoch(start), hours * HOUR)
    assert local_text(int(done)) == end
    assert WAREHOUSE.worked(done) - WAREHOUSE.worked(epoch(start)) == hours * HOUR


def test_subtracting_is_the_inverse_of_adding() -> None:
    dice = np.random.default_rng(1)
    ends = WAREHOUSE.add_work(NOW - dice.integers(0, 90 * 24 * HOUR, 500), 1)
    work = dice.integers(1, 40 * HOUR, 500)
    starts = WAREHOUSE.sub_work(ends, work)
    assert (WAREHOUSE.worked(ends) - WAREHOUSE.worked(starts) == work).all()


def test_years_that_nobody_has_published_have_plain_weekdays() -> None:
    assert is_workday(date(2050, 10, 3)) is True
    assert is_workday(date(2050, 10, 1)) is False  # a Saturday


def test_the_last_gap_is_the_national_day_closure() -> None:
    closed, opened = WAREHOUSE.last_gap(NOW)
    assert (local_text(closed), local_text(opened)) == ("2026-09-30 20:00:00", "2026-10-08 08:00:00")
