"""The days on which hardly anything is delivered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, Final

SUNDAY: Final = 6


@dataclass(frozen=True, slots=True)
class Rest:
    """``weekdays`` (Monday is 0), and the public holidays of a country (``none``: of no country).

    A weekday of rest that the state declares a day of work is one.
    """

    weekdays: frozenset[int] = frozenset({SUNDAY})
    country: str = "none"

    @staticmethod
    def of(weekdays: Iterable[int], country: str | None) -> Rest:
        """The days of rest that a version keeps; one of old knew no country."""
        return Rest(frozenset(weekdays), country or "none")

    def as_document(self) -> dict[str, Any]:
        """As a version keeps them."""
        return {"rest": sorted(self.weekdays), "holidays": self.country}

    def holds(self, day: date) -> bool:
        """Whether it is a day of rest."""
        return _holds(self, day)

    def between(self, first: date, last: date) -> list[date]:
        """The days of rest after the day ``first`` up to and with ``last``."""
        days = (first + timedelta(days=ahead) for ahead in range(1, (last - first).days + 1))
        return [day for day in days if self.holds(day)]


@cache
def _holds(rest: Rest, day: date) -> bool:
    from orderwatch.core.calendar_days import is_holiday, is_makeup  # a tenth of a second, which few scans need

    if is_holiday(rest.country, day):
        return True
    return day.weekday() in rest.weekdays and not is_makeup(rest.country, day)
