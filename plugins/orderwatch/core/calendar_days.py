"""The days of a calendar: which are worked, when, how sure that is, and their spans in UTC.

A day is ``official`` when its holidays have been announced or a person wrote it into the policy, and
``provisional`` when the state has not yet announced that year: then it follows the week and an estimate of
the holidays, without make-up days, until the announcement is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import chinese_calendar
import holidays

from orderwatch.core.calendar import Span, WorkCalendar
from orderwatch.core.policy import CalendarPolicy, Policy
from orderwatch.core.policy.calendars import Window

Status = Literal["official", "provisional"]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One local day; no windows = closed. ``reason`` says why it differs from an ordinary week."""

    day: date
    windows: tuple[Window, ...]
    status: Status
    reason: str | None = None


class _Public(NamedTuple):
    """What the state says about a day."""

    kind: Literal["ordinary", "holiday", "makeup"]
    status: Status
    name: str | None = None


def days_of(calendar: CalendarPolicy, first: date, last: date) -> list[CalendarDay]:
    """Lay out the days from ``first`` to ``last``, both included."""
    days = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
    return [_day(calendar, day) for day in days]


def spans_of(days: Iterable[CalendarDay], zone: str) -> list[Span]:
    """Turn local windows into UTC spans, sorted.

    Raises:
        CalendarError: windows overlap, for example a night shift and an early opening.
    """
    local = ZoneInfo(zone)
    spans = [
        Span(_epoch(day.day, window.opens, local), _epoch(_closing_day(day.day, window), window.closes, local))
        for day in days
        for window in day.windows
    ]
    lasting = sorted(span for span in spans if span.closes > span.opens)  # a window inside a clock change
    WorkCalendar.of(lasting)
    return lasting


def horizon_of(policy: Policy, today: date) -> tuple[date, date]:
    """First and last day to lay out."""
    horizon = policy.calendars.horizon
    return today - horizon.back, today + horizon.ahead


def work_calendars(policy: Policy, today: date) -> dict[str, WorkCalendar]:
    """All calendars of the policy by code, over its horizon around ``today``."""
    first, last = horizon_of(policy, today)
    return {
        code: WorkCalendar.of(spans_of(days_of(calendar, first, last), calendar.zone))
        for code, calendar in policy.calendars.calendars.items()
    }


def _day(calendar: CalendarPolicy, day: date) -> CalendarDay:
    for opened in calendar.open:
        if opened.first <= day <= opened.last:
            return CalendarDay(day, opened.hours, "official", opened.reason)
    for closed in calendar.closed:
        if closed.first <= day <= closed.last:
            return CalendarDay(day, (), "official", closed.reason)
    public = _public(calendar.holidays, day)
    usual = calendar.windows_on(day.weekday())
    match public.kind:
        case "holiday":
            return CalendarDay(day, (), public.status, public.name)
        case "makeup":
            return CalendarDay(day, usual or calendar.makeup_windows, public.status, public.name)
        case "ordinary":
            return CalendarDay(day, usual, public.status)


def _public(country: str, day: date) -> _Public:
    if country == "none":
        return _Public("ordinary", "official")
    if country == "cn":
        return _chinese(day)
    known = _estimate(country, day.year)
    status: Status = "official" if known.start_year <= day.year <= known.end_year else "provisional"
    return _Public("holiday", status, known[day]) if day in known else _Public("ordinary", status)


def _chinese(day: date) -> _Public:
    """Announced years with make-up days; other years by estimate (``holidays`` knows no make-up days)."""
    try:
        rests, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        estimate = _estimate("CN", day.year).get(day)
        return _Public("holiday" if estimate else "ordinary", "provisional", estimate)
    if rests:
        return _Public("holiday" if name else "ordinary", "official", name)
    return _Public("makeup" if day.weekday() >= 5 else "ordinary", "official", name)


def is_holiday(country: str, day: date) -> bool:
    """Whether the state gives everybody a day off; ``cn``, ``none`` or a country's ISO code."""
    return _public(country, day).kind == "holiday"


def is_makeup(country: str, day: date) -> bool:
    """Whether the state declares a day of the weekend a day of work."""
    return _public(country, day).kind == "makeup" and day.weekday() >= 5


@cache
def _estimate(country: str, year: int) -> holidays.HolidayBase:
    # Without a language the names would follow the locale of the machine.
    return holidays.country_holidays(country, years=year, language="en_US")


def _closing_day(day: date, window: Window) -> date:
    return day if window.closes > window.opens else day + timedelta(days=1)


def _epoch(day: date, at: time, zone: ZoneInfo) -> int:
    """UTC second of a local time, as PostgreSQL's ``AT TIME ZONE`` reads it.

    A time skipped by a clock change takes the offset before it, a time that happens twice the offset after
    it: in both cases the smaller of the two offsets.
    """
    wall = datetime.combine(day, at)
    offsets = [wall.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta(0) for fold in (0, 1)]
    return (wall.replace(tzinfo=UTC) - min(offsets) - _EPOCH) // timedelta(seconds=1)
