"""The clocks that limits run on: opening hours, the scan every quarter of an hour, days of the business."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from orderwatch.core.calendar import BEYOND, WorkCalendar
from orderwatch.core.models.passages import DAY, MINUTE, NEVER, Flags, Seconds, seconds
from orderwatch.core.models.terms import Step
from orderwatch.core.rest import Rest

SCAN_S: Final = 15 * MINUTE
EPOCH: Final = date(1970, 1, 1)
WEEK: Final = 7
QUIET: Final = 0.35  # a weekday with less than this share of an average day's deliveries is a day of rest


@dataclass(frozen=True, slots=True, eq=False)
class Clocks:
    """Opening hours by calendar, the business' zone, and the days on which nothing is delivered."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    calendars: Mapping[str, WorkCalendar] = field(default_factory=dict)
    rest: Rest = field(default_factory=Rest)

    def after(self, rows: pd.DataFrame, duration: Seconds, step: Step) -> Seconds:
        """The instant at which each passage has lasted ``duration``; ``NEVER`` beyond the known days, shape (rows,)."""
        entered = seconds(rows, "entered_s")
        if not step.working:
            return entered + duration
        at = np.full(len(rows), NEVER, dtype=np.int64)
        for calendar, mine in self._by_calendar(rows):
            done = calendar.add_work_many(entered[mine], duration[mine])
            at[mine] = np.where(done == BEYOND, NEVER, done)
        return at

    def dwell(self, rows: pd.DataFrame, step: Step) -> Seconds:
        """How long each finished passage took in the step's own clock; -1 where that cannot be said, shape (rows,)."""
        entered, left = seconds(rows, "entered_s"), seconds(rows, "left_s")
        if not step.working:
            return np.where(left < NEVER, left - entered, -1)
        took = np.full(len(rows), -1, dtype=np.int64)
        for calendar, mine in self._by_calendar(rows):
            finished = mine & (left < NEVER)
            took[finished] = calendar.work_between_many(entered[finished], left[finished])
        return took

    def _by_calendar(self, rows: pd.DataFrame) -> list[tuple[WorkCalendar, Flags]]:
        kept = rows["calendar"].to_numpy(dtype=object)
        return [(calendar, kept == name) for name, calendar in self.calendars.items()]

    def day_of(self, at: Seconds) -> Seconds:
        """The day of the business at each instant, in days since 1970, shape as given."""
        local = pd.to_datetime(np.minimum(at, 2**33), unit="s", utc=True).tz_convert(self.zone).tz_localize(None)
        return (local.astype("datetime64[s]").astype(np.int64) // DAY).to_numpy()

    def last_scan(self, day: Seconds) -> Seconds:
        """The last scan of each day of the business in epoch seconds, shape as given."""
        midnight = pd.to_datetime(day + 1, unit="D").tz_localize(
            self.zone, ambiguous=np.zeros(len(day), dtype=bool), nonexistent="shift_forward"
        )
        return midnight.tz_convert("UTC").tz_localize(None).astype("datetime64[s]").astype(np.int64).to_numpy() - SCAN_S

    def decide(self, at: Seconds, step: Step) -> Seconds:
        """When somebody hears of what is late at ``at``: at once, or at the last scan of that day, shape as given."""
        if not step.daily:
            return at
        day = self.day_of(at)
        tonight = self.last_scan(day)
        return np.where(at >= NEVER, NEVER, np.where(tonight >= at, tonight, self.last_scan(day + 1)))

    def rest_days(self, first: Seconds, last: Seconds) -> Seconds:
        """Days of rest after the day ``first`` up to and with ``last``; 0 if ``last`` is not later, shape as given."""
        if not len(first):
            return np.zeros(0, dtype=np.int64)
        begin, end = int(first.min()), int(max(last.max(), first.max()))
        until = np.cumsum([self.rest.holds(EPOCH + timedelta(days=day)) for day in range(begin, end + 1)])
        return np.where(last > first, until[np.maximum(last, first) - begin] - until[first - begin], 0)


def next_scan(at: Seconds) -> Seconds:
    """The first scan that sees this instant as past."""
    return np.where(at >= NEVER, NEVER, -(-at // SCAN_S) * SCAN_S)


def scan_before(at: Seconds) -> Seconds:
    """The last scan that is not later."""
    return np.where(at >= NEVER, NEVER, at // SCAN_S * SCAN_S)


def resting(left: Seconds, clocks: Clocks) -> Clocks:
    """The same clocks with the weekdays of rest as deliveries (epoch seconds) show them."""
    done = left[left < NEVER]
    if not len(done):
        return clocks
    per_weekday = np.bincount((clocks.day_of(done) + 3) % WEEK, minlength=WEEK)  # 1970-01-01 was a Thursday
    quiet = frozenset(int(day) for day in np.flatnonzero(per_weekday < QUIET * per_weekday.mean()))
    return replace(clocks, rest=replace(clocks.rest, weekdays=quiet))
