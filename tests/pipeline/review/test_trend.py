"""How long the links took month by month, over the other incidents of the level."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from orderwatch.pipeline.single_review import first_of_months
from tests.pipeline.desk import HOUR, NOON
from tests.pipeline.review.conftest import Office

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_each_month_says_how_long_it_took_and_of_how_many(office: Office) -> None:
    first = office.late("SO1", "SO2", "SO3", fault_code="E42")
    office.desk.advance(48 * HOUR)
    office.close(first, "system")
    office.desk.advance(960 * HOUR)
    second = office.late("SO4", "SO5", "SO6", fault_code="E42")
    office.close(second, "system")
    office.review()
    closed = [one for one in office.document(second)["trend"] if one["step"] == "closed"]
    month = f"{(NOON + 48 * HOUR).astimezone(SHANGHAI):%Y-%m}"
    assert closed == [{"month": month, "step": "closed", "incidents": 1, "p50_s": 172_800, "p90_s": 172_800}]
    assert office.document(first)["trend"] == []


def test_the_twelve_months_end_with_that_of_the_incident_on_the_clock_of_the_business() -> None:
    late_in_may = datetime(2026, 5, 31, 17, tzinfo=UTC)  # June already in Shanghai
    assert first_of_months(late_in_may, SHANGHAI, 12) == datetime(2025, 6, 30, 16, tzinfo=UTC)
    assert first_of_months(late_in_may, SHANGHAI, 1) == datetime(2026, 5, 31, 16, tzinfo=UTC)
