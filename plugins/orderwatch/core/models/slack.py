"""The room that is left until the promise, against how long orders like it take: late once most of them break it.

In the last step an order that has been there for ``t`` breaks its promise with the chance ``S(room) ÷ S(t)``; it is
late from the first ``t`` at which that reaches the limit π: ``t* = Q(1 − S(room)/π)``. In an earlier step, the time
that orders need after it decides: ``promise − Q_rest(1 − π)``. ``S`` and ``Q`` are product-limit estimates per cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from orderwatch.core.models.cells import Cells, Key
from orderwatch.core.models.clocks import Clocks
from orderwatch.core.models.countdown import when_broken
from orderwatch.core.models.model import Alerts, ModelError
from orderwatch.core.models.passages import NEVER, Flags, Seconds, ends_of, seconds
from orderwatch.core.models.survival import Curve, product_limit
from orderwatch.core.models.terms import Terms


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """The curves of one step's cells, and how many ends each knows."""

    cells: Cells
    curves: Sequence[Curve]
    samples: Seconds


@dataclass(frozen=True, slots=True, eq=False)
class SlackFit:
    """Per step: how long passages last (the last one), or how long orders need afterwards (the others)."""

    terms: Terms
    chance: float
    steps: Mapping[str, Curves]

    def alert_at(self, rows: pd.DataFrame, clocks: Clocks) -> Alerts:
        alerts = Alerts.plain(when_broken(rows), "promise")
        node = rows["node"].to_numpy(dtype=object)
        for name, learned in self.steps.items():
            mine = node == name
            part = rows[mine]
            if not len(part):
                continue
            at = np.maximum(self._moment(part, learned, name), seconds(part, "entered_s"))
            alerts.at_s[mine] = np.minimum(clocks.decide(at, self.terms.steps[name]), alerts.at_s[mine])
            alerts.compared(mine, part, learned.cells, learned.samples)
        return alerts

    def _moment(self, rows: pd.DataFrame, learned: Curves, name: str) -> Seconds:
        """When the chance to break the promise reaches the limit, shape (rows,)."""
        place, _ = learned.cells.find(rows)
        entered, due = seconds(rows, "entered_s"), seconds(rows, "promised_s")
        at = np.full(len(rows), NEVER, dtype=np.int64)
        for number in np.unique(place):
            mine = (place == number) & (due < NEVER)
            curve = learned.curves[number]
            if name in self.terms.final:
                room = np.maximum(due[mine] - entered[mine], 0)
                at[mine] = entered[mine] + curve.quantile(1 - curve.beyond(room) / self.chance)
            else:
                at[mine] = due[mine] - curve.quantile(np.array([1 - self.chance]))
        return at


@dataclass(frozen=True, slots=True)
class Slack:
    """``slack:0.80``: late once the promise breaks with this chance."""

    terms: Terms
    chance: float

    by_promise: ClassVar[bool] = True

    @property
    def name(self) -> str:
        return f"slack:{self.chance:.2f}"

    def fit(self, history: pd.DataFrame, as_of: int, clocks: Clocks) -> SlackFit:
        del clocks
        ends = ends_of(history, self.terms.final)
        node = history["node"].to_numpy(dtype=object)
        steps = {}
        for name in self.terms.steps:
            rows = history[node == name]
            begin, end = seconds(rows, "entered_s"), seconds(rows, "left_s")
            if name not in self.terms.final:
                rows, begin = rows[end < NEVER], end[end < NEVER]
                end = np.asarray(ends.reindex(rows["order_id"]), dtype=np.int64)
            ended = end < NEVER
            if ended.any():
                lasted = np.maximum(np.minimum(end, as_of) - begin, 0)
                steps[name] = _curves(rows, lasted, ended, self.terms.steps[name].keys, self.terms.least)
        if not steps:
            raise ModelError("no order of the history has arrived at its customer; there is nothing to learn")
        return SlackFit(self.terms, self.chance, steps)


def _curves(rows: pd.DataFrame, lasted: Seconds, ended: Flags, keys: Sequence[str], least: int) -> Curves:
    curves, samples = [product_limit(lasted, ended)], [int(ended.sum())]
    levels: list[dict[Key, int]] = [{(): 0}]
    for depth in range(1, len(keys) + 1):
        known: dict[Key, int] = {}
        for key, places in rows.groupby(list(keys[:depth]), observed=True, sort=True).indices.items():
            if (count := int(ended[places].sum())) >= least:
                known[tuple(map(str, key if isinstance(key, tuple) else (key,)))] = len(curves)
                curves.append(product_limit(lasted[places], ended[places]))
                samples.append(count)
        levels.append(known)
    return Curves(Cells(tuple(keys), levels), curves, np.array(samples, dtype=np.int64))
