"""The clock of those who have none: so many hours in a step, whatever the order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import numpy as np
import pandas as pd

from orderwatch.core.models.clocks import Clocks
from orderwatch.core.models.model import Alerts, hours
from orderwatch.core.models.passages import NEVER
from orderwatch.core.models.terms import Step


@dataclass(frozen=True, slots=True)
class Fixed:
    """``fixed:48h``, in the clock of each step; there is nothing to learn."""

    steps: Mapping[str, Step]
    limit: timedelta

    by_promise: ClassVar[bool] = False

    @property
    def name(self) -> str:
        return f"fixed:{hours(self.limit)}"

    def fit(self, history: pd.DataFrame, as_of: int, clocks: Clocks) -> Fixed:
        del history, as_of, clocks
        return self

    def alert_at(self, rows: pd.DataFrame, clocks: Clocks) -> Alerts:
        at = np.full(len(rows), NEVER, dtype=np.int64)
        node = rows["node"].to_numpy(dtype=object)
        for name, step in self.steps.items():
            mine = node == name
            part = rows[mine]
            at[mine] = clocks.after(part, np.full(len(part), self.limit // timedelta(seconds=1)), step)
        return Alerts.plain(at, "fixed")
