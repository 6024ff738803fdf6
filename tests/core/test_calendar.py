"""Working time is added and measured exactly; an oracle that walks day by day agrees in every case."""

from __future__ import annotations

import os
import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from orderwatch.core.calendar import BEYOND, CalendarError, Span, WorkCalendar
from orderwatch.core.calendar_days import CalendarDay, days_of, spans_of
from orderwatch.core.policy import CalendarPolicy

from .builders import DAY, HOUR, MINUTE, SECOND, at, make_context

WEEKS = {
    "shanghai": ("Asia/Shanghai", "cn", {"mon-fri": ["08:00-20:00"]}),
    "lunch": ("Asia/Shanghai", "cn", {"mon-fri": ["09:00-12:00", "13:00-18:00"], "sat": ["09:00-12:00"]}),
    "night": ("Europe/Berlin", "DE", {"mon-fri": ["22:00-06:00", "08:00-12:30"]}),
    "dst": ("America/New_York", "none", {"mon-sun": ["00:30-02:30", "03:30-12:00"]}),
    "always": ("Europe/Berlin", "none", {"mon-sun": ["00:00-00:00"]}),
}
CASES = int(os.environ.get("ORACLE_CASES", "400"))  # for each week; `make oracle` takes 20,000


def _calendar(name: str) -> CalendarPolicy:
    zone, public, weekly = WEEKS[name]
    return CalendarPolicy.model_validate({
        "title": {"zh-CN": name, "en": name},
        "kind": "office",
        "zone": zone,
        "weekly": {key: tuple(windows) for key, windows in weekly.items()},
        "holidays": public,
    })


def _utc(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Local to UTC the long way: of both readings of the clock, the one that reads back the same, else the
    one with the offset before the jump; the later of two that both read back."""
    later = datetime.combine(day, clock, zone).replace(fold=1).astimezone(UTC)
    earlier = datetime.combine(day, clock, zone).replace(fold=0).astimezone(UTC)
    reads_back = later.astimezone(zone).time() == clock
    return later if reads_back else earlier


def _walk(days: list[CalendarDay], zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    spans = []
    for one in days:
        for opens, closes in one.windows:
            after = one.day + DAY if closes <= opens else one.day
            begin, end = _utc(one.day, opens, zone), _utc(after, closes, zone)
            if end > begin:
                spans.append((begin, end))
    return spans


def _oracle_add(spans: list[tuple[datetime, datetime]], start: datetime, seconds: int) -> datetime | None:
    now = start.replace(microsecond=0)
    rest = timedelta(seconds=seconds)
    if seconds <= 0:
        return now
    for begin, end in spans:
        here = max(now, begin)
        if here >= end:
            continue
        if end - here >= rest:
            return here + rest
        rest -= end - here
    return None


def _oracle_between(spans: list[tuple[datetime, datetime]], begin: datetime, end: datetime) -> int:
    begin, end = begin.replace(microsecond=0), end.replace(microsecond=0)
    common = (min(closes, end) - max(opens, begin) for opens, closes in spans)
    return sum(int(part.total_seconds()) for part in common if part > timedelta(0))


@pytest.mark.parametrize("name", WEEKS)
def test_agrees_with_walking_day_by_day(name: str) -> None:
    policy, zone = _calendar(name), ZoneInfo(WEEKS[name][0])
    days = days_of(policy, date(2026, 9, 1), date(2027, 4, 15))
    calendar, spans = WorkCalendar.of(spans_of(days, policy.zone)), _walk(days, zone)
    dice = random.Random(name)
    edges = [edge for span in spans for edge in span]
    starts, loads, expected = [], [], []
    for _ in range(CASES):
        if dice.random() < 0.4:
            start = dice.choice(edges) + dice.choice((-1, 0, 1)) * SECOND
        else:
            start = at("08-25 00:00") + timedelta(milliseconds=dice.randrange(240 * 86_400_000))
        load = dice.choice((-5, 0, 1, 3600, dice.randrange(4 * 86400), dice.randrange(60 * 86400)))
        if dice.random() < 0.2 and load > 0:  # exactly at a closing time
            load = max(_oracle_between(spans, start, dice.choice(spans)[1]), 1)
        starts.append(start)
        loads.append(load)
        expected.append(_oracle_add(spans, start, load))
        assert calendar.add_work(start, load) == expected[-1], (start, load)
        end = start + timedelta(seconds=dice.randrange(-86400, 30 * 86400))
        assert calendar.work_between(start, end) == _oracle_between(spans, start, end), (start, end)
    many = calendar.add_work_many(
        np.array([int(start.timestamp() // 1) for start in starts]), np.array(loads, dtype=np.int64)
    )
    assert many.tolist() == [BEYOND if done is None else int(done.timestamp()) for done in expected]


SHANGHAI = make_context().calendars["warehouse:WH-SH"]


def test_work_ends_exactly_at_closing_time_and_not_at_the_next_opening() -> None:
    assert SHANGHAI.add_work(at("11-18 19:00"), 3600) == at("11-18 20:00")
    assert SHANGHAI.add_work(at("11-18 19:00"), 3601) == at("11-19 08:00") + SECOND


def test_work_begun_outside_hours_counts_from_the_opening() -> None:
    assert SHANGHAI.add_work(at("11-20 23:00"), 60) == at("11-23 08:01")


def test_nothing_to_do_is_done_at_once_even_outside_hours() -> None:
    start = at("11-21 03:00") + timedelta(milliseconds=700)
    assert SHANGHAI.add_work(start, 0) == SHANGHAI.add_work(start, -9) == at("11-21 03:00")


def test_make_up_days_are_work() -> None:
    assert SHANGHAI.work_between(at("09-20 00:00"), at("09-21 00:00")) == 12 * 3600
    assert SHANGHAI.work_between(at("10-10 00:00"), at("10-11 00:00")) == 12 * 3600
    assert SHANGHAI.work_between(at("09-30 20:00"), at("10-08 08:00")) == 0


def test_beyond_the_known_days_work_is_never_done() -> None:
    assert SHANGHAI.add_work(at("11-18 12:00"), 10**9) is None
    assert WorkCalendar.of([]).add_work(at("11-18 12:00"), 1) is None
    assert WorkCalendar.of([]).add_work(at("11-18 12:00"), 0) == at("11-18 12:00")
    assert WorkCalendar.of([]).work_between(at("11-18 12:00"), at("11-19 12:00")) == 0


def test_next_opening_is_now_while_open_and_later_at_closing_time() -> None:
    assert SHANGHAI.next_opening(at("11-18 12:00")) == at("11-18 12:00")
    assert SHANGHAI.next_opening(at("11-18 20:00")) == at("11-19 08:00")
    assert SHANGHAI.next_opening(at("2030-01-01 00:00")) is None


def test_closures_of_exactly_the_least_length_count_and_touch_the_interval() -> None:
    week = 7 * DAY + 12 * HOUR  # National Day: 30 September 20:00 to 8 October 08:00
    found = SHANGHAI.closures(at("09-30 10:00"), at("09-30 20:00"), week)
    assert found == [(at("09-30 20:00"), at("10-08 08:00"))]
    assert not SHANGHAI.closures(at("09-30 10:00"), at("09-30 20:00"), week + SECOND)
    assert not SHANGHAI.closures(at("09-30 10:00"), at("09-30 20:00") - MINUTE, week)
    assert not SHANGHAI.closures(at("10-08 08:00"), at("10-08 12:00"), week)


def test_overlapping_spans_are_refused() -> None:
    with pytest.raises(CalendarError, match="overlap"):
        WorkCalendar.of([Span(0, 10), Span(9, 20)])
    with pytest.raises(CalendarError, match="close after"):
        WorkCalendar.of([Span(10, 10)])


def test_naive_instants_are_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        SHANGHAI.add_work(datetime(2026, 11, 18), 1)  # noqa: DTZ001 - the mistake under test
