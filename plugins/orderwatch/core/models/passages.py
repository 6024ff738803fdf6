"""Passages: one row for each order in each step, as all models see them.

``node`` (the step's code), ``category``, ``region``, ``channel``; ``ordered_s``, ``entered_s``, ``left_s``,
``promised_s`` in epoch seconds (int64), ``NEVER`` for "has not left" and "nothing was promised"; optionally
``order_id``, ``weight`` (1 if absent) and ``calendar`` (whose hours the step keeps).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Seconds = NDArray[np.int64]
Flags = NDArray[np.bool_]

NEVER: Final = 2**60
"""Later than every instant, and still far from the end of 64 bits."""
MINUTE: Final = 60
HOUR: Final = 3600
DAY: Final = 86400

SEGMENT: Final = ("category", "region", "channel")


def seconds(rows: pd.DataFrame, column: str) -> Seconds:
    """One column of instants, shape (rows,)."""
    return rows[column].to_numpy(dtype=np.int64)


def still_in(rows: pd.DataFrame, at: Seconds | int) -> Flags:
    """Whether the order is in its step at this instant, shape (rows,)."""
    inside: Flags = (seconds(rows, "entered_s") <= at) & (seconds(rows, "left_s") > at)
    return inside


def promised(rows: pd.DataFrame) -> Flags:
    """Whether the customer was promised a day, shape (rows,)."""
    known: Flags = seconds(rows, "promised_s") < NEVER
    return known


def weights(rows: pd.DataFrame) -> NDArray[np.float64]:
    """How many orders each row stands for, shape (rows,)."""
    return rows["weight"].to_numpy(dtype=np.float64) if "weight" in rows else np.ones(len(rows))


def known_at(rows: pd.DataFrame, as_of: int) -> pd.DataFrame:
    """What could be seen just before ``as_of``: what began before it, and an end only if it came before it too."""
    begun = rows[seconds(rows, "entered_s") < as_of]
    left = seconds(begun, "left_s")
    return begun.assign(left_s=np.where(left < as_of, left, NEVER))


def ends_of(rows: pd.DataFrame, final: Collection[str]) -> pd.Series[int]:
    """When each order left its final step, ``NEVER`` if it has not; indexed by order_id."""
    end = pd.Series(NEVER, index=rows["order_id"].unique(), dtype=np.int64)
    last = rows[rows["node"].isin(list(final))]
    end.loc[last["order_id"].to_numpy()] = seconds(last, "left_s")
    return end
