"""A month is one of the business: it begins and ends at midnight on its clock."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from orderwatch.core.months import Month

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_it_begins_at_midnight_of_the_business_and_ends_when_the_next_one_begins() -> None:
    october = Month.read("2026-10")
    assert october.bounds(SHANGHAI) == (
        datetime(2026, 9, 30, 16, tzinfo=UTC),
        datetime(2026, 10, 31, 16, tzinfo=UTC),
    )
    assert Month.of(datetime(2026, 10, 31, 16, tzinfo=UTC), SHANGHAI) == Month.read("2026-11")
    assert Month.of(datetime(2026, 10, 31, 15, 59, tzinfo=UTC), SHANGHAI) == october


def test_months_are_counted_over_the_turn_of_the_year() -> None:
    december = Month.read("2026-12")
    assert [str(december.later(step)) for step in (-12, -1, 0, 1, 13)] == [
        "2025-12", "2026-11", "2026-12", "2027-01", "2028-01",
    ]  # fmt: skip
    assert sorted([december, Month.read("2026-02")])[0] == Month.read("2026-02")


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-1", "26-10", "2026-10-01", "", "1999-10"])
def test_anything_else_is_no_month(text: str) -> None:
    with pytest.raises(ValueError, match="write it like 2026-10"):
        Month.read(text)
