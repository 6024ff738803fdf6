"""How long the links took month by month, over the other incidents of the level."""

from __future__ import annotations

from zoneinfo import ZoneInfo

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
