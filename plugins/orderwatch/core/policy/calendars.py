"""``calendars.yaml``: when each actor works. Parsed here; turned into days in ``calendar_days``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from itertools import pairwise
from typing import Annotated, Final, Literal, NamedTuple, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, model_validator

from orderwatch.core.durations import Duration
from orderwatch.core.policy.base import Strict, Text

_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEK_MINUTES: Final = 7 * 1440


class Window(NamedTuple):
    """Local opening hours. A closing time not after the opening time is on the next day (night shift)."""

    opens: time
    closes: time

    @property
    def minutes(self) -> tuple[int, int]:
        """Begin and end in minutes since the day's midnight; the end may lie on the next day."""
        begin, end = (at.hour * 60 + at.minute for at in self)
        return begin, end if end > begin else end + 1440


def _window(text: object) -> Window:
    try:
        opens, closes = (time.fromisoformat(part) for part in str(text).split("-"))
    except ValueError:
        raise ValueError(f"{text!r} is not a window; write it like 09:00-18:00") from None
    if opens.second or closes.second or opens.tzinfo or closes.tzinfo:
        raise ValueError(f"{text!r}: windows are local times in whole minutes")
    return Window(opens, closes)


def _apart(windows: tuple[Window, ...]) -> tuple[Window, ...]:
    ordered = sorted(windows, key=lambda window: window.minutes)
    for before, after in pairwise(ordered):
        if after.minutes[0] < before.minutes[1]:
            raise ValueError(f"opening windows overlap: {_write(before)} and {_write(after)}")
    return tuple(ordered)


def _write(window: Window) -> str:
    return f"{window.opens:%H:%M}-{window.closes:%H:%M}"


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ValueError(f"{name!r} is not a time zone; write it like Asia/Shanghai") from None
    return name


def _weekdays(key: str) -> tuple[int, ...]:
    """Days of a key like ``mon-fri`` or ``sat``; Monday is 0."""
    first, _, last = key.partition("-")
    if first not in _WEEKDAYS or (last or first) not in _WEEKDAYS:
        raise ValueError(f"{key!r} is not a day; write mon, sat-sun or mon-fri")
    begin, end = _WEEKDAYS.index(first), _WEEKDAYS.index(last or first)
    if end < begin:
        raise ValueError(f"{key!r} runs backwards; write two entries")
    return tuple(range(begin, end + 1))


def _country(code: str) -> str:
    from holidays import list_supported_countries  # a fifth of a second, and a DAG file wants none of it

    if code not in ("cn", "none") and code not in list_supported_countries():
        raise ValueError(f"{code!r} has no known holidays; write cn, none or an ISO country code like DE")
    return code


Country = Annotated[str, AfterValidator(_country)]
"""Whose public holidays count: ``cn``, ``none``, or an ISO country code."""


ParsedWindow = Annotated[Window, BeforeValidator(_window), PlainSerializer(_write, return_type=str)]
Windows = Annotated[tuple[ParsedWindow, ...], AfterValidator(_apart)]
Zone = Annotated[str, AfterValidator(_zone)]


class Closed(Strict):
    """Days on which an actor rests although its week says otherwise."""

    first: date
    last: date
    reason: str

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"last day {self.last} is before the first day {self.first}")
        return self


class Opened(Closed):
    """Days on which an actor works although its week or a holiday says otherwise."""

    hours: Windows = Field(min_length=1)


class CalendarPolicy(Strict):
    """The rhythm of one actor: a week, the country's holidays, and the actor's own exceptions."""

    title: Text
    kind: Literal["office", "warehouse", "carrier", "supplier"]
    zone: Zone
    weekly: Mapping[str, Windows]
    makeup: Windows | None = None
    holidays: Country
    closed: tuple[Closed, ...] = ()
    open: tuple[Opened, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        named = [day for key in self.weekly for day in _weekdays(key)]
        if len(named) != len(set(named)):
            raise ValueError("weekly names a day twice")
        week = sorted(
            (day * 1440 + window.minutes[0], day * 1440 + window.minutes[1])
            for day in range(7)
            for window in self.windows_on(day)
        )
        if not week:
            raise ValueError("weekly never opens; an actor without a week has no calendar")
        following = [*week[1:], (week[0][0] + _WEEK_MINUTES, 0)]
        if any(after[0] < before[1] for before, after in zip(week, following, strict=True)):
            raise ValueError("weekly windows overlap: a night shift runs into the next day's opening")
        for shut in self.closed:
            if any(shut.first <= other.last and other.first <= shut.last for other in self.open):
                raise ValueError(f"{shut.first} to {shut.last} is both closed and open")
        return self

    def windows_on(self, weekday: int) -> tuple[Window, ...]:
        """Opening hours of an ordinary Monday (0) … Sunday (6)."""
        for key, windows in self.weekly.items():
            if weekday in _weekdays(key):
                return windows
        return ()

    @property
    def makeup_windows(self) -> tuple[Window, ...]:
        """Opening hours of a rest day that is worked to make up for a holiday."""
        if self.makeup is not None:
            return self.makeup
        return next(windows for day in range(7) if (windows := self.windows_on(day)))


class Horizon(Strict):
    """How far days are laid out before and after today."""

    back: Duration
    ahead: Duration


class CalendarsFile(Strict):
    """All calendars by code: ``office``, ``warehouse:WH-SH``, ``warehouse:*`` for any other warehouse."""

    business_zone: Zone
    horizon: Horizon
    calendars: Mapping[str, CalendarPolicy]

    def code(self, actor: str, name: str | None = None) -> str | None:
        """The calendar of this actor: its own, else that of its kind, else none."""
        wanted = (f"{actor}:{name}", f"{actor}:*", actor)
        return next((code for code in wanted if code in self.calendars), None)
