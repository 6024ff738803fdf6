"""Durations are written with a unit and told in two units."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from orderwatch.core.durations import format_duration, parse_duration, say_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("15m", 900),
        ("6h", 21600),
        ("2d", 172800),
        ("1w", 604800),
        ("30s", 30),
        ("0m", 0),
        ("1d12h", 129600),
        ("P3D", 259200),
        ("PT30M", 1800),
        ("P1DT12H", 129600),
        ("P2W", 1209600),
    ],
)
def test_reads_units(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("bare", [48, 48.5, "48", " 48 ", 0])
def test_refuses_a_number_without_unit_and_shows_how_to_write_it(bare: object) -> None:
    with pytest.raises(ValueError, match=r"no unit; write .*h"):
        parse_duration(bare)


@pytest.mark.parametrize("text", ["", "h", "P", "PT", "P3DT", "P1M", "P1Y", "-2h", "2 h", "2H", "1h1d", None, [], True])
def test_refuses_everything_else(text: object) -> None:
    with pytest.raises(ValueError, match=r"duration|no unit"):
        parse_duration(text)


@given(some.integers(min_value=0, max_value=10**8))
def test_what_is_written_reads_back(seconds: int) -> None:
    assert parse_duration(format_duration(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("duration", "en", "zh"),
    [
        (timedelta(days=3, hours=4, minutes=59), "3 d 4 h", "3 天 4 小时"),
        (timedelta(hours=14, minutes=24), "14 h 24 m", "14 小时 24 分"),
        (timedelta(days=2, minutes=5), "2 d", "2 天"),
        (timedelta(minutes=40), "40 m", "40 分"),
        (timedelta(seconds=59), "0 m", "0 分"),
    ],
)
def test_tells_the_two_largest_units(duration: timedelta, en: str, zh: str) -> None:
    assert (say_duration(duration, "en"), say_duration(duration, "zh-CN")) == (en, zh)


def test_tells_working_time_in_hours_because_a_working_day_has_no_fixed_length() -> None:
    assert say_duration(timedelta(hours=40, minutes=20), "en", largest="h") == "40 h 20 m"
