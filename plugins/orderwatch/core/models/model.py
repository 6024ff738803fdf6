"""What all clocks of lateness have in common: learn from a history, then say when each order becomes late.

A model is asked for the alert time when the order changes, not at every scan; so the same object serves a backtest,
the books of open orders, and the explanation of one alert.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orderwatch.core.models.cells import Cells
from orderwatch.core.models.clocks import Clocks
from orderwatch.core.models.passages import Seconds


class ModelError(ValueError):
    """The history cannot be learned from, or a model's name says nothing; the message says what is at fault."""


@dataclass(frozen=True, slots=True, eq=False)
class Alerts:
    """When each passage becomes late: arrays of shape (rows,).

    ``at_s`` in epoch seconds, ``NEVER`` if it cannot; ``cell`` the orders that it was compared with, ``level`` how far
    that had to fall back, ``samples`` how many they were; ``chance`` that the promise breaks if the order is still in
    its step then, NaN where nobody can say.
    """

    at_s: Seconds
    cell: NDArray[np.object_]
    level: NDArray[np.object_]
    samples: Seconds
    chance: NDArray[np.float64]

    @classmethod
    def plain(cls, at_s: Seconds, level: str) -> Alerts:
        """Alert times that no other order has a part in."""
        rows = len(at_s)
        return cls(
            at_s,
            np.full(rows, "", object),
            np.full(rows, level, object),
            np.zeros(rows, np.int64),
            np.full(rows, np.nan),
        )

    def compared(self, mine: NDArray[np.bool_], rows: pd.DataFrame, cells: Cells, samples: Seconds) -> None:
        """Say for the passages ``mine`` (``rows``) which cell they were compared with; ``samples`` by its place."""
        place, depths = cells.find(rows)
        levels = np.array([cells.called(depth) for depth in range(len(cells.levels))], dtype=object)
        self.cell[mine] = cells.names(rows, depths)
        self.level[mine] = levels[depths]
        self.samples[mine] = samples[place]


class Fitted(Protocol):
    """A model that has learned."""

    def alert_at(self, rows: pd.DataFrame, clocks: Clocks) -> Alerts:
        """When each passage (see ``passages``) becomes late, whether or not it has ended meanwhile."""
        ...


def hours(duration: timedelta) -> str:
    """A duration as the names of models write it: ``48h``."""
    return f"{duration / timedelta(hours=1):g}h"


class Model(Protocol):
    """A way of deciding what is late, with its parameters."""

    @property
    def name(self) -> str:
        """As people write it: ``risk:0.80+24h``."""
        ...

    @property
    def by_promise(self) -> bool:
        """Whether it says something only of orders with a promise."""
        ...

    def fit(self, history: pd.DataFrame, as_of: int, clocks: Clocks) -> Fitted:
        """Learn from what was visible at ``as_of`` (epoch seconds). Raises ModelError."""
        ...
