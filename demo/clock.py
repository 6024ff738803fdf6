"""The company's clock: real time plus an offset that only grows."""

from __future__ import annotations

import time
from datetime import timedelta


class Clock:
    """Virtual time; it starts at ``start`` (epoch seconds) when the company opens its doors."""

    def __init__(self, start: int) -> None:
        self.offset = start - time.time()

    def now(self) -> float:
        return time.time() + self.offset

    def advance(self, step: timedelta) -> None:
        """Let time pass. Raises ``ValueError`` for a step backwards: events cannot be undone."""
        if step < timedelta(0):
            raise ValueError("the clock cannot go backwards")
        self.offset += step.total_seconds()
