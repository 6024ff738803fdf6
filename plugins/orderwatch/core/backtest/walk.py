"""Walk forward through a history: every month is judged by what could be seen before it began."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np
import pandas as pd

from orderwatch.core.backtest.scores import Score, score
from orderwatch.core.backtest.truth import Truth, cases
from orderwatch.core.models.clocks import Clocks, next_scan, resting
from orderwatch.core.models.model import Fitted, Model, ModelError
from orderwatch.core.models.passages import NEVER, Seconds, known_at, promised, seconds
from orderwatch.core.models.terms import Terms

WARM_UP: Final = timedelta(days=180)  # months that begin sooner have too little behind them
Progress = Callable[[str, str], None]  # told the model and the month that begins


@dataclass(frozen=True, slots=True)
class Month:
    """One month of a history: its name, and its first instant and that of the next in epoch seconds."""

    name: str
    begins: int
    ends: int


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What one model did: its figures per month and together, one row per alert, months that it could not learn, and
    how many cases it alerted, how many of them for nothing (unweighted)."""

    model: str
    months: dict[str, Score]
    pooled: Score
    alerts: pd.DataFrame
    unlearned: dict[str, str]
    alerted: int
    false: int


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A history to be judged by: all passages whole, the months, and what late means."""

    rows: pd.DataFrame
    terms: Terms
    clocks: Clocks
    truth: Truth
    until: int

    def walk(self, model: Model, months: Sequence[Month], progress: Progress = lambda model, month: None) -> Course:
        """Fit and judge month by month; a month whose history is too thin for the model is left out and named."""
        if model.by_promise and not promised(self.rows).any():
            raise ModelError(f"{model.name} needs promised_at, which is empty in every row")
        table, number, _ = cases(self.rows, self.truth, self.terms.final, self.until)
        begun = table["begun_s"].to_numpy(dtype=np.int64)
        first = np.full(len(table), NEVER, dtype=np.int64)
        judged = np.full(len(table), False)
        scores: dict[str, Score] = {}
        unlearned: dict[str, str] = {}
        alerts = []
        for month in months:
            progress(model.name, month.name)
            mine = (begun >= month.begins) & (begun < month.ends)
            if not mine.any():
                continue
            try:
                fitted, clocks = self.fit(model, month.begins)
            except ModelError as error:
                unlearned[month.name] = str(error)
                continue
            rows = self.rows[mine[number.to_numpy()] & (number.to_numpy() >= 0)]
            raised = self.alerts(fitted, clocks, rows, month.name)
            np.minimum.at(first, number.loc[raised.index].to_numpy(), seconds(raised, "alert_s"))
            scores[month.name] = score(table[mine], first[mine])
            judged |= mine
            alerts.append(raised.assign(model=model.name))
        if not scores:
            reasons = f": {next(iter(unlearned.values()))}" if unlearned else ""
            raise ModelError(f"{model.name} could judge no month{reasons}")
        told = judged & (first < NEVER)
        return Course(
            model.name,
            scores,
            score(table[judged], first[judged]),
            pd.concat(alerts, ignore_index=True),
            unlearned,
            alerted=int(told.sum()),
            false=int((told & ~table["late"].to_numpy()).sum()),
        )

    def fit(self, model: Model, as_of: int) -> tuple[Fitted, Clocks]:
        """What the model learns from all that could be seen before ``as_of``, and its clocks. Raises ModelError."""
        history = known_at(self.rows, as_of)
        if history.empty:
            raise ModelError("nothing happened before it")
        ends = seconds(history[history["node"].isin(list(self.terms.final))], "left_s")
        clocks = resting(ends, self.clocks)
        return model.fit(history, as_of, clocks), clocks

    def alerts(self, fitted: Fitted, clocks: Clocks, rows: pd.DataFrame, version: str) -> pd.DataFrame:
        """One row per alert: an order that is still in its step at the first scan after its alert time."""
        said = fitted.alert_at(rows, clocks)
        at: Seconds = next_scan(np.maximum(said.at_s, seconds(rows, "entered_s")))
        alert = (at < NEVER) & (seconds(rows, "left_s") > at) & (at <= self.until)
        return pd.DataFrame(
            {
                "order_id": rows["order_id"],
                "stage": rows["node"].astype(str),
                "alert_s": at,
                "version": version,
                "cell": said.cell,
                "fallback_level": said.level,
            },
            index=rows.index,
        )[alert]


def months_of(rows: pd.DataFrame, clocks: Clocks, first: str | None, last: str | None) -> list[Month]:
    """The months in which orders begin, those without half a year behind them left out unless they are asked for."""
    ordered = seconds(rows, "ordered_s")
    begin, end = (_month_of(int(at), clocks) for at in (ordered.min(), ordered.max()))
    known = [_month(period, clocks) for period in pd.period_range(begin, end, freq="M")]
    warm = int(ordered.min()) + WARM_UP // timedelta(seconds=1)
    return [
        month
        for month in known
        if (month.name >= first if first else month.begins >= warm) and (last is None or month.name <= last)
    ]


def _month_of(at: int, clocks: Clocks) -> pd.Period:
    return pd.Timestamp(at, unit="s", tz="UTC").tz_convert(clocks.zone).tz_localize(None).to_period("M")


def _month(period: pd.Period, clocks: Clocks) -> Month:
    begins, ends = (int(one.start_time.tz_localize(clocks.zone).timestamp()) for one in (period, period + 1))
    return Month(str(period), begins, ends)
