"""What "late" means in a backtest: a broken promise, or a passage longer than so many hours."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from orderwatch.core.models.passages import HOUR, NEVER, ends_of, promised, seconds, weights


@dataclass(frozen=True, slots=True)
class Truth:
    """``promise``: late is delivered after the promised instant, or never. Else late is a passage of ``stage`` (of
    every stage if none is named) that takes more than ``hours``."""

    hours: float | None = None
    stage: str | None = None

    @property
    def by_promise(self) -> bool:
        return self.hours is None

    def __str__(self) -> str:
        if self.by_promise:
            return "an order is late if it was delivered after the promised day, or never"
        return f"a passage of {self.stage or 'any step'} is late if it took more than {self.hours:g} h"


def cases(
    rows: pd.DataFrame, truth: Truth, final: Collection[str], until: int
) -> tuple[pd.DataFrame, pd.Series[int], int]:
    """What is judged, one row each: late, breaks_s, month_s (when it began), weight.

    Args:
        rows: all passages, whole. final: the steps that end at the customer. until: the last instant of the file.

    Returns:
        The cases; the case of each passage (-1: none, not judged); how many cases have an outcome nobody knows.
    """
    if truth.by_promise:
        return _orders(rows, final, until)
    node = rows["node"].to_numpy(dtype=object)
    judged = node == truth.stage if truth.stage else np.full(len(rows), True)
    entered, left = seconds(rows, "entered_s"), seconds(rows, "left_s")
    breaks = entered + int((truth.hours or 0) * HOUR)
    unknown = judged & (left >= NEVER) & (breaks > until)
    judged &= ~unknown
    table = pd.DataFrame(
        {"late": left > breaks, "breaks_s": breaks, "begun_s": entered, "weight": weights(rows)}, index=rows.index
    )[judged].reset_index(drop=True)
    number = pd.Series(-1, index=rows.index, dtype=np.int64)
    number[judged] = np.arange(len(table))
    return table, number, int(unknown.sum())


def _orders(rows: pd.DataFrame, final: Collection[str], until: int) -> tuple[pd.DataFrame, pd.Series[int], int]:
    kept = rows[promised(rows)]
    first = kept.drop_duplicates("order_id")
    ids = pd.Index(first["order_id"])
    end = ends_of(kept, final).reindex(ids).to_numpy()
    due = seconds(first, "promised_s")
    unknown = due >= until  # judged when the promise is due: those that came early would speak for all too soon
    table = pd.DataFrame({
        "late": end > due,
        "breaks_s": due,
        "begun_s": seconds(first, "ordered_s"),
        "weight": weights(first),
    })[~unknown].reset_index(drop=True)
    place = pd.Series(np.arange(len(table)), index=ids[~unknown])
    number = rows["order_id"].map(place).fillna(-1).astype(np.int64)
    return table, number, int(unknown.sum())
