"""Days follow the week, public holidays and the actor's own exceptions, and say how sure they are."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from orderwatch.core.calendar import CalendarError
from orderwatch.core.calendar_days import CalendarDay, days_of, horizon_of, spans_of
from orderwatch.core.policy import CalendarPolicy
from orderwatch.core.policy.calendars import Window

from .builders import at, the_policy


def _calendar(**fields: Any) -> CalendarPolicy:
    plain = {
        "title": {"zh-CN": "仓", "en": "house"},
        "kind": "warehouse",
        "zone": "Asia/Shanghai",
        "weekly": {"mon-fri": ("08:00-20:00",)},
        "holidays": "cn",
    }
    return CalendarPolicy.model_validate(plain | fields)


def _day(text: str, **fields: Any) -> CalendarDay:
    day = date.fromisoformat(text)
    return days_of(_calendar(**fields), day, day)[0]


@pytest.mark.parametrize("day", ["2026-09-20", "2026-10-10"])
def test_make_up_days_are_worked_with_the_hours_of_a_week_day(day: str) -> None:
    one = _day(day)
    assert one.windows == _calendar().windows_on(0)
    assert (one.status, one.reason) == ("official", "National Day")


def test_make_up_days_may_have_their_own_hours() -> None:
    assert [f"{window.closes:%H:%M}" for window in _day("2026-09-20", makeup=("08:00-12:00",)).windows] == ["12:00"]


def test_announced_holidays_are_closed_and_official() -> None:
    assert _day("2026-10-01") == CalendarDay(date(2026, 10, 1), (), "official", "National Day")


def test_ordinary_days_need_no_reason() -> None:
    assert _day("2026-11-18").reason is None
    assert _day("2026-11-22") == CalendarDay(date(2026, 11, 22), (), "official")


def test_a_year_not_announced_yet_is_estimated_and_provisional() -> None:
    spring, monday = _day("2035-02-08"), _day("2035-03-05")
    assert (spring.windows, spring.status) == ((), "provisional")
    assert "Chinese New Year" in (spring.reason or "")
    assert (len(monday.windows), monday.status) == (1, "provisional")
    assert _day("1999-03-05").status == "provisional"


def test_own_closing_days_win_over_the_week_and_own_opening_days_over_holidays() -> None:
    closed = ({"first": date(2027, 2, 1), "last": date(2027, 2, 14), "reason": "春节闭仓"},)
    extra = ({"first": date(2026, 10, 1), "last": date(2026, 10, 1), "hours": ("10:00-12:00",), "reason": "大促"},)
    assert _day("2027-02-14", closed=closed) == CalendarDay(date(2027, 2, 14), (), "official", "春节闭仓")
    assert _day("2027-02-01", closed=closed).reason == "春节闭仓"
    assert _day("2027-02-15", closed=closed).reason is None
    assert _day("2026-10-01", open=extra).windows[0].opens.hour == 10


def test_other_countries_have_their_own_holidays_or_none() -> None:
    assert _day("2026-10-01", holidays="DE").windows
    assert not _day("2026-12-25", holidays="DE").windows
    assert _day("2026-12-25", holidays="none").windows
    assert [_day(day, holidays="DE").status for day in ("2026-12-25", "1900-12-25")] == [
        "official",
        "provisional",
    ]


def test_a_night_shift_ends_on_the_next_day() -> None:
    day = date(2026, 11, 18)
    spans = spans_of(days_of(_calendar(weekly={"mon-sun": ("22:00-06:00",)}), day, day), "Asia/Shanghai")
    assert [(span.opens, span.closes) for span in spans] == [
        (at("11-18 22:00").timestamp(), at("11-19 06:00").timestamp())
    ]


def test_a_night_shift_lasts_an_hour_more_when_the_clock_goes_back() -> None:
    day = date(2026, 10, 24)
    spans = spans_of(days_of(_calendar(weekly={"sat": ("22:00-06:00",)}, holidays="none"), day, day), "Europe/Berlin")
    assert spans[0].closes - spans[0].opens == 9 * 3600


def test_a_window_inside_a_skipped_hour_vanishes_or_moves_but_never_runs_backwards() -> None:
    for hours in ("02:10-02:50", "02:30-03:10", "02:00-03:00"):
        week = _calendar(weekly={"sun": (hours,)}, holidays="none")
        spans = spans_of(days_of(week, date(2026, 3, 29), date(2026, 3, 29)), "Europe/Berlin")
        assert all(span.closes > span.opens for span in spans)


def test_overlapping_days_are_refused() -> None:
    night = Window(at("11-18 22:00").time().replace(hour=22), at("11-18 22:00").time().replace(hour=9))
    early = Window(night.closes.replace(hour=8), night.closes.replace(hour=12))
    days = [
        CalendarDay(date(2026, 11, 18), (night,), "official"),
        CalendarDay(date(2026, 11, 19), (early,), "official"),
    ]
    with pytest.raises(CalendarError, match="overlap"):
        spans_of(days, "Asia/Shanghai")


def test_the_horizon_reaches_as_far_as_the_policy_says() -> None:
    assert horizon_of(the_policy(), date(2026, 11, 22)) == (date(2025, 10, 18), date(2027, 12, 27))
