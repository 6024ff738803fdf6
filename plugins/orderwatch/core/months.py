"""A month of the business: written as ``2026-10``, from one midnight on its clock to another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Self
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """``first`` is its first day."""

    first: date

    @classmethod
    def of(cls, at: datetime, zone: ZoneInfo) -> Self:
        """The month in which an instant lies on the clock of the business."""
        return cls(at.astimezone(zone).date().replace(day=1))

    @classmethod
    def read(cls, text: str) -> Self:
        """``2026-10``; raises ``ValueError`` for anything else."""
        found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", text)
        if found is None:
            raise ValueError(f"{text!r} is not a month; write it like 2026-10")
        return cls(date(int(found[1]), int(found[2]), 1))

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"

    def later(self, months: int) -> Month:
        """So many months later, or, below zero, earlier."""
        years, month = divmod(self.first.year * 12 + self.first.month - 1 + months, 12)
        return Month(date(years, month + 1, 1))

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """When it begins, and when the next one does."""
        begins, ends = (
            datetime(day.year, day.month, 1, tzinfo=zone).astimezone(UTC) for day in (self.first, self.later(1).first)
        )
        return begins, ends
