"""Opening hours of the company: how much working time lies between two instants.

Written apart from the product on purpose, so that the product's own calendar is checked against it.
"""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import numpy as np
import numpy.typing as npt

from demo.instants import DAY, HOUR, OFFSET

Seconds = npt.NDArray[np.int64]


def is_workday(day: date) -> bool:
    """A working day in China, make-up days (调休) included; plain weekdays in years nobody has published."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


class WorkTime:
    """Opening hours ``opens``-``closes`` (local hours) on the working days around ``now``."""

    def __init__(self, now: int, opens: int, closes: int, days_before: int = 240, days_after: int = 120) -> None:
        first = (now + OFFSET) // DAY - days_before
        epoch_day = date(1970, 1, 1)
        days = np.array(
            [n for n in range(first, first + days_before + days_after) if is_workday(epoch_day + timedelta(days=n))],
            dtype=np.int64,
        )
        self.starts: Seconds = days * DAY - OFFSET + opens * HOUR
        self.ends: Seconds = self.starts + (closes - opens) * HOUR
        self._worked: Seconds = np.arange(1, len(days) + 1, dtype=np.int64) * (closes - opens) * HOUR

    def worked(self, at: npt.ArrayLike) -> Seconds:
        """Working seconds between the start of the calendar and ``at``."""
        marks = np.stack([self.starts, self.ends], axis=1).ravel()
        done = np.stack([self._worked - (self.ends - self.starts), self._worked], axis=1).ravel()
        return np.asarray(np.interp(np.asarray(at), marks, done), dtype=np.int64)

    def _instant(self, worked: Seconds) -> Seconds:
        day = np.clip(np.searchsorted(self._worked, worked, side="left"), 0, len(self._worked) - 1)
        return np.asarray(self.ends[day] - (self._worked[day] - worked), dtype=np.int64)

    def add_work(self, at: npt.ArrayLike, seconds: npt.ArrayLike) -> Seconds:
        """The instant at which ``seconds`` of working time have passed since ``at``."""
        return self._instant(self.worked(at) + np.asarray(seconds, dtype=np.int64))

    def sub_work(self, at: npt.ArrayLike, seconds: npt.ArrayLike) -> Seconds:
        """The latest instant from which ``seconds`` of working time lead to ``at``."""
        return self._instant(self.worked(at) - np.asarray(seconds, dtype=np.int64))

    def last_gap(self, now: int) -> tuple[int, int]:
        """The latest closed stretch that began before ``now``: (closed at, opened again at)."""
        today = int(np.searchsorted(self.ends, now, side="left"))
        return int(self.ends[today - 1]), int(self.starts[today])
