"""The promise as the clock: so long before it breaks, whoever is still on the way is late. No model at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import numpy as np
import pandas as pd

from orderwatch.core.models.clocks import Clocks, next_scan, scan_before
from orderwatch.core.models.model import Alerts, hours
from orderwatch.core.models.passages import NEVER, Seconds, seconds


@dataclass(frozen=True, slots=True)
class Countdown:
    """``countdown:48h``: at the last scan that is still so long before the promise."""

    lead: timedelta

    by_promise: ClassVar[bool] = True

    @property
    def name(self) -> str:
        return f"countdown:{hours(self.lead)}"

    def fit(self, history: pd.DataFrame, as_of: int, clocks: Clocks) -> Countdown:
        del history, as_of, clocks
        return self

    def alert_at(self, rows: pd.DataFrame, clocks: Clocks) -> Alerts:
        del clocks
        return Alerts.plain(before_promise(rows, self.lead), "promise")


def before_promise(rows: pd.DataFrame, lead: timedelta) -> Seconds:
    """The last scan at least ``lead`` before the promise breaks, or the entry if that is later, shape (rows,)."""
    due = seconds(rows, "promised_s")
    at = np.maximum(scan_before(due - lead // timedelta(seconds=1)), seconds(rows, "entered_s"))
    return np.where(due < NEVER, np.minimum(at, when_broken(rows)), NEVER)


def when_broken(rows: pd.DataFrame) -> Seconds:
    """The first scan after the promised instant: what is still open then has broken its promise, shape (rows,)."""
    due = seconds(rows, "promised_s")
    return np.where(due < NEVER, np.maximum(next_scan(due + 1), seconds(rows, "entered_s")), NEVER)
