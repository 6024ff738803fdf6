"""The article's clock: ``mean of completed similar orders × multiplier + regional buffer``.

Orders are similar when they share the step's keys; a cell with too few orders borrows from the next coarser one, down
to the whole step. All arithmetic is on whole seconds and integers until the last division, so a limit equals a
calculation by hand to the second; it is rounded half up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import ClassVar, Final

import numpy as np
import pandas as pd

from orderwatch.core.models.cells import Cells, levels_of
from orderwatch.core.models.clocks import Clocks
from orderwatch.core.models.model import Alerts, ModelError
from orderwatch.core.models.passages import NEVER, SEGMENT, Seconds
from orderwatch.core.models.terms import Step, Terms

INPUT: Final = ("node", *SEGMENT, "dwell_s")
HUNDREDTHS: Final = 100


@dataclass(frozen=True, slots=True, eq=False)
class StepFormula:
    """What was learned of one step: sums and counts per cell, buffers per region in hundredths of a second."""

    step: Step
    cells: Cells
    sum_s: Seconds
    n: Seconds
    buffers: Mapping[str, int]
    buffer: int

    def limits(self, rows: pd.DataFrame, multiplier: Fraction) -> pd.DataFrame:
        """For each row: threshold_s, mean_s, n, buffer_s, depth."""
        place, depths = self.cells.find(rows)
        hundredths = rows["region"].astype(object).map(self.buffers).fillna(self.buffer).to_numpy(dtype=np.int64)
        sum_s, n = self.sum_s[place], self.n[place]
        above = sum_s * multiplier.numerator * HUNDREDTHS + hundredths * n * multiplier.denominator
        below = n * multiplier.denominator * HUNDREDTHS
        return pd.DataFrame(
            {
                "threshold_s": (2 * above + below) // (2 * below),
                "mean_s": sum_s / n,
                "n": n,
                "buffer_s": hundredths / HUNDREDTHS,
                "depth": depths,
            },
            index=rows.index,
        )


@dataclass(frozen=True, slots=True, eq=False)
class FormulaFit:
    """Limits of every step; an order whose cell nobody has seen takes those of the coarser one."""

    terms: Terms
    steps: Mapping[str, StepFormula]

    def alert_at(self, rows: pd.DataFrame, clocks: Clocks) -> Alerts:
        alerts = Alerts.plain(np.full(len(rows), NEVER, dtype=np.int64), "none")
        node = rows["node"].to_numpy(dtype=object)
        for name, learned in self.steps.items():
            mine = node == name
            part = rows[mine]
            if not len(part):
                continue
            limits = learned.limits(part, self.terms.multiplier)
            alerts.at_s[mine] = clocks.after(part, limits["threshold_s"].to_numpy(), learned.step)
            alerts.compared(mine, part, learned.cells, learned.n)
        return alerts


@dataclass(frozen=True, slots=True)
class Formula:
    """``formula:1.8``; ``formula:1.8:1`` takes cells of one order already, so that nothing is borrowed."""

    terms: Terms
    least: int | None = None

    by_promise: ClassVar[bool] = False

    @property
    def name(self) -> str:
        return f"formula:{float(self.terms.multiplier):g}" + (f":{self.least}" if self.least else "")

    def fit(self, history: pd.DataFrame, as_of: int, clocks: Clocks) -> FormulaFit:
        del as_of  # the history holds nothing later
        terms = replace(self.terms, least=self.least or self.terms.least)
        return learn(completed(history, terms, clocks), terms)


def completed(history: pd.DataFrame, terms: Terms, clocks: Clocks) -> pd.DataFrame:
    """Every passage that has ended, with its ``dwell_s`` in the step's own clock."""
    node = history["node"].to_numpy(dtype=object)
    dwell = np.full(len(history), -1, dtype=np.int64)
    for name, step in terms.steps.items():
        mine = node == name
        dwell[mine] = clocks.dwell(history[mine], step)
    finished: pd.DataFrame = history.assign(dwell_s=dwell)[dwell >= 0]
    return finished


def learn(history: pd.DataFrame, terms: Terms) -> FormulaFit:
    """Learn from completed passages: node, category, region, channel, dwell_s (in the step's own clock).

    Raises:
        ModelError: the history is empty, lacks columns or has rows without a key or with a bad dwell.
    """
    rows = _checked(history, terms)
    node = rows["node"].to_numpy(dtype=object)
    parts = {name: rows[node == name] for name in terms.steps}
    return FormulaFit(terms, {name: _learn_step(part, terms, name) for name, part in parts.items() if len(part)})


def limits_of(history: pd.DataFrame, fit: FormulaFit) -> pd.DataFrame:
    """The limits as a table for people: one row per (node, category, region, channel) seen, and one per node with
    the three keys empty: threshold_s, mean_s, n (of the level used), buffer_s, fallback_level, cell_n (orders with
    exactly these keys)."""
    rows = history[[*INPUT[:-1]]]
    tables: list[pd.DataFrame] = []
    for name, learned in fit.steps.items():
        mine = rows[rows["node"].to_numpy(dtype=object) == name]
        seen = mine.groupby(list(SEGMENT), observed=True, sort=True).size().rename("cell_n").reset_index()
        whole = pd.DataFrame([{**dict.fromkeys(SEGMENT), "cell_n": len(mine)}])
        cells = pd.concat([seen.astype(dict.fromkeys(SEGMENT, object)), whole.astype(object)], ignore_index=True)
        cells = cells.astype({"cell_n": "int64"}).assign(node=name)
        limits = learned.limits(cells, fit.terms.multiplier)
        called = [learned.cells.called(depth) for depth in limits.pop("depth")]
        tables.append(cells.join(limits).assign(fallback_level=called))
    every: pd.DataFrame = pd.concat(tables, ignore_index=True)
    return every


def _checked(history: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    if missing := [column for column in INPUT if column not in history.columns]:
        raise ModelError(f"the history lacks the columns {', '.join(missing)}")
    if history.empty:
        raise ModelError("the history is empty; no completed order in the window, so nothing can be learned")
    rows = history[[*INPUT]]
    if (empty := rows.isna().any(axis=1)).any():
        raise ModelError(f"{int(empty.sum())} rows lack a key or a dwell, the first is {_first(rows, empty)}")
    bad = ~rows["node"].isin(list(terms.steps)) | (rows["dwell_s"] < 0)
    if bad.any():
        raise ModelError(f"{int(bad.sum())} rows have an impossible node or dwell, the first is {_first(rows, bad)}")
    if rows["dwell_s"].dtype == np.int64:
        return rows
    return rows.assign(dwell_s=np.floor(rows["dwell_s"].to_numpy(dtype=np.float64) + 0.5).astype(np.int64))


def _first(rows: pd.DataFrame, where: pd.Series[bool]) -> dict[str, object]:
    return {str(name): value for name, value in rows[where].iloc[0].items()}


def _learn_step(rows: pd.DataFrame, terms: Terms, name: str) -> StepFormula:
    step = terms.steps[name]
    finest = rows.groupby(list(step.keys) or (lambda _: 0), observed=True, sort=True)["dwell_s"].agg(["sum", "count"])
    finest = finest.rename(columns={"sum": "sum_s", "count": "n"}).reset_index(drop=not step.keys)
    cells, sums = levels_of(finest, step.keys, terms.least)
    overall, regions = 0, {}
    if step.buffered:
        overall = _spread(rows["dwell_s"].to_numpy(), terms)
        regions = {
            str(region): _spread(part.to_numpy(), terms)
            for region, part in rows.groupby("region", observed=True)["dwell_s"]
            if len(part) >= terms.least
        }
    return StepFormula(step, cells, sums["sum_s"].to_numpy(), sums["n"].to_numpy(), regions, overall)


def _spread(dwell: Seconds, terms: Terms) -> int:
    """Upper minus lower percentile with linear interpolation, in hundredths of a second."""
    ordered = np.sort(dwell)
    return _percentile(ordered, terms.upper) - _percentile(ordered, terms.lower)


def _percentile(ordered: Seconds, percent: int) -> int:
    below, share = divmod((len(ordered) - 1) * percent, HUNDREDTHS)
    above = min(below + 1, len(ordered) - 1)
    return int(ordered[below]) * HUNDREDTHS + share * int(ordered[above] - ordered[below])
