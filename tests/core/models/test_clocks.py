"""Scans, days of the business, days of rest, and opening hours."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from orderwatch.core.calendar import Span, WorkCalendar
from orderwatch.core.models.clocks import SCAN_S, Clocks, next_scan, resting, scan_before
from orderwatch.core.models.passages import DAY, HOUR, NEVER
from orderwatch.core.models.terms import Step

from .histories import BEGIN, a_passage

BERLIN = Clocks(ZoneInfo("Europe/Berlin"))


def at(text: str, zone: str = "UTC") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())


def test_scans_come_every_quarter_of_an_hour() -> None:
    times = np.array([SCAN_S, SCAN_S + 1, 2 * SCAN_S, NEVER])
    assert next_scan(times).tolist() == [SCAN_S, 2 * SCAN_S, 2 * SCAN_S, NEVER]
    assert scan_before(times).tolist() == [SCAN_S, SCAN_S, 2 * SCAN_S, NEVER]


@pytest.mark.parametrize("day", ["2026-03-28", "2026-03-29", "2026-10-25", "2026-07-01"])
def test_the_last_scan_of_a_day_is_a_quarter_before_local_midnight(day: str) -> None:
    """Also on the days on which the clock is moved."""
    noon = np.array([at(f"{day} 12:00", "Europe/Berlin")])
    assert BERLIN.last_scan(BERLIN.day_of(noon)).tolist() == [at(f"{day} 23:45", "Europe/Berlin")]


def test_days_begin_at_local_midnight() -> None:
    shanghai = Clocks(ZoneInfo("Asia/Shanghai"))
    late, early = at("2026-11-18 23:59", "Asia/Shanghai"), at("2026-11-19 00:00", "Asia/Shanghai")
    assert np.diff(shanghai.day_of(np.array([late, early]))).tolist() == [1]


def test_whoever_decides_in_the_evening_waits_for_it() -> None:
    daily, any_scan = Step((), daily=True), Step(())
    noon, night = at("2026-07-01 12:00"), at("2026-07-01 23:50")
    times = np.array([noon, night, at("2026-07-01 23:45"), NEVER])
    evening = [at("2026-07-01 23:45"), at("2026-07-02 23:45"), at("2026-07-01 23:45"), NEVER]
    assert Clocks().decide(times, daily).tolist() == evening
    assert Clocks().decide(times, any_scan).tolist() == times.tolist()


def test_days_of_rest_are_counted_after_the_first_day_and_with_the_last() -> None:
    monday = int(datetime(2026, 11, 16, tzinfo=UTC).timestamp()) // DAY
    first, last = np.array([monday, monday, monday + 3]), np.array([monday + 7, monday, monday + 1])
    assert Clocks().rest_days(first, last).tolist() == [1, 0, 0]
    assert Clocks().rest_days(np.array([monday + 5]), np.array([monday + 6])).tolist() == [1]
    assert Clocks().rest_days(np.zeros(0, np.int64), np.zeros(0, np.int64)).tolist() == []


def test_days_of_rest_show_in_the_deliveries() -> None:
    week = BEGIN + np.arange(70) * DAY  # begins on a Thursday
    weekday = np.array([datetime.fromtimestamp(int(one), UTC).weekday() for one in week])
    assert resting(week[weekday < 5], Clocks()).rest.weekdays == {5, 6}
    assert resting(week, Clocks()).rest.weekdays == frozenset()
    assert resting(np.full(3, NEVER), Clocks()).rest.weekdays == {6}


def test_working_time_stands_still_outside_the_hours() -> None:
    opens = BEGIN + 9 * HOUR
    hours = WorkCalendar.of([Span(opens + day * DAY, opens + day * DAY + 8 * HOUR) for day in range(3)])
    clocks = Clocks(calendars={"office": hours})
    row = a_passage(calendar="office", left_s=opens + DAY + HOUR)
    working, wall = Step((), working=True), Step(())
    assert clocks.after(row, np.array([10 * HOUR]), working).tolist() == [opens + DAY + 2 * HOUR]
    assert clocks.after(row, np.array([10 * HOUR]), wall).tolist() == [BEGIN + 10 * HOUR]
    assert clocks.after(row, np.array([100 * HOUR]), working).tolist() == [NEVER]  # beyond the known days
    assert clocks.dwell(row, working).tolist() == [9 * HOUR]
    unknown = a_passage(calendar="elsewhere", left_s=opens)
    assert clocks.after(unknown, np.array([HOUR]), working).tolist() == [NEVER]
    assert clocks.dwell(unknown, working).tolist() == [-1]
