"""Weeks of the business: from Monday to Sunday on the company's clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

WEEK: Final = timedelta(days=7)


def week_of(at: datetime, zone: ZoneInfo) -> tuple[date, datetime, datetime]:
    """The Monday of the week on the company's clock, and the instants at which the week begins and ends."""
    day = at.astimezone(zone).date()
    monday = day - timedelta(days=day.weekday())
    begins, ends = (datetime.combine(one, time(), zone).astimezone(UTC) for one in (monday, monday + WEEK))
    return monday, begins, ends
