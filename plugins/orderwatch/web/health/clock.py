"""Times as people on duty read them: how long is left, how long ago, at what hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from orderwatch.core.durations import Language, say_duration

HOUR: Final = 3600


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline: ``left`` in seconds, below zero when it has passed; ``said`` without its sign."""

    left: int
    said: str
    at: str

    @property
    def over(self) -> bool:
        return self.left < 0

    @property
    def soon(self) -> bool:
        return 0 <= self.left < 15 * 60


@dataclass(frozen=True, slots=True)
class Clock:
    """The reader's clock: the business zone, and the company's time when the page was made."""

    now: datetime
    zone: ZoneInfo
    language: Language

    def due(self, at: datetime | None) -> Due | None:
        if at is None:
            return None
        left = int((at - self.now).total_seconds())
        return Due(left, self.long(timedelta(seconds=abs(left))), self.at(at))

    def long(self, span: timedelta) -> str:
        """``3:42`` below an hour, ``1 h 12 m`` and ``3 d 4 h`` from there on."""
        seconds = int(span.total_seconds())
        if seconds < HOUR:
            return f"{seconds // 60}:{seconds % 60:02d}"
        return say_duration(span, self.language)

    def ago(self, at: datetime) -> str:
        return say_duration(max(self.now - at, timedelta(0)), self.language)

    def at(self, at: datetime) -> str:
        """The hour today, with the day on any other."""
        local, today = at.astimezone(self.zone), self.now.astimezone(self.zone).date()
        return f"{local:%H:%M}" if local.date() == today else f"{local:%m-%d %H:%M}"

    def full(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M}"
