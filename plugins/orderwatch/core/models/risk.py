"""The chance that an order breaks its promise, from where it is and what is left: decided once a day, acted on at once.

One logistic regression over daily looks at orders on their way, the recent ones counting more: the step, how long the
order has been in it and how much time is left (each apart for the last step and those before it), the share of the
promised time that is used, the length of the promise, the days of rest and of work that are left, and the weekday of
a promise that is near. Nothing that happens after a look enters it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orderwatch.core.models.clocks import WEEK, Clocks
from orderwatch.core.models.countdown import before_promise, when_broken
from orderwatch.core.models.model import Alerts, ModelError, hours
from orderwatch.core.models.passages import DAY, NEVER, Flags, Seconds, ends_of, seconds, still_in, weights
from orderwatch.core.models.terms import Terms

Matrix = NDArray[np.float64]

FIRST_LOOK: Final = 7  # days before the promised day; earlier looks know too little
NEAR: Final = 2  # days; the weekday of a promise further away says nothing
HALF_LIFE: Final = timedelta(days=180)
LEAST_LOOKS: Final = 200
LEAST_LATE: Final = 20


@dataclass(frozen=True, slots=True, eq=False)
class RiskFit:
    """Coefficients of the features (see ``_features``), in their own units."""

    model: Risk
    intercept: float
    coefficients: Matrix
    samples: int

    def alert_at(self, rows: pd.DataFrame, clocks: Clocks) -> Alerts:
        at = when_broken(rows)
        if self.model.last_call is not None:
            at = np.minimum(at, before_promise(rows, self.model.last_call))
        chance = np.full(len(rows), np.nan)
        for days in self.model.looks:
            look = _look_at(rows, days, clocks)
            seen = np.flatnonzero((seconds(rows, "entered_s") <= look) & (look < at))
            likely = self.chance(rows.iloc[seen], look[seen], clocks)
            bad = likely >= self.model.limit
            at[seen[bad]], chance[seen[bad]] = look[seen[bad]], likely[bad]
        alerts = replace(Alerts.plain(at, "all"), chance=chance)
        alerts.samples[:] = self.samples
        return alerts

    def looks(self, rows: pd.DataFrame, clocks: Clocks) -> pd.DataFrame:
        """What it says of passages at each daily look at which they were in their step, the earliest first: node,
        look_s, chance, and whether this clock decides at that look."""
        parts = []
        for days in range(FIRST_LOOK, 0, -1):
            at = _look_at(rows, days, clocks)
            seen = still_in(rows, at)
            chance, decides = self.chance(rows[seen], at[seen], clocks), days in self.model.looks
            parts.append(rows.loc[seen, ["node"]].assign(look_s=at[seen], chance=chance, decides=decides))
        return pd.concat(parts, ignore_index=True)

    def chance(self, rows: pd.DataFrame, at: Seconds, clocks: Clocks) -> Matrix:
        """The chance that each order breaks its promise if it is still in its step at ``at``, shape (rows,)."""
        score = _features(rows, at, clocks, self.model.terms) @ self.coefficients + self.intercept
        return 1 / (1 + np.exp(-score))


@dataclass(frozen=True, slots=True)
class Risk:
    """``risk:0.80``: late from the first daily look, seven days to one before the promise, at which it breaks with
    this chance. ``risk:0.88@24h`` looks once, a day before; ``risk:0.80+24h`` takes whatever is open a day before."""

    terms: Terms
    limit: float
    only: timedelta | None = None
    last_call: timedelta | None = None

    by_promise: ClassVar[bool] = True

    @property
    def name(self) -> str:
        only = f"@{hours(self.only)}" if self.only else ""
        last = f"+{hours(self.last_call)}" if self.last_call else ""
        return f"risk:{self.limit:.2f}{only}{last}"

    @property
    def looks(self) -> Sequence[int]:
        """Days before the promised day, the earliest look last: an earlier alert replaces a later one."""
        return [self.only // timedelta(days=1)] if self.only else range(1, FIRST_LOOK + 1)

    def fit(self, history: pd.DataFrame, as_of: int, clocks: Clocks) -> RiskFit:
        due = seconds(history, "promised_s")
        known = history[due < as_of]  # whether their promise was kept can be seen
        if known.empty:
            raise ModelError("no promise of the history is due yet, so nothing says which orders break it")
        end = ends_of(history, self.terms.final).reindex(known["order_id"]).to_numpy(dtype=np.int64)
        late = end > seconds(known, "promised_s")
        looks, labels, counts = [], [], []
        for days in range(1, FIRST_LOOK + 1):
            at = _look_at(known, days, clocks)
            seen = still_in(known, at)
            looks.append(_features(known[seen], at[seen], clocks, self.terms))
            labels.append(late[seen])
            age = (as_of - at[seen]) / (HALF_LIFE / timedelta(seconds=1))
            counts.append(weights(known)[seen] * 0.5**age)
        return self._regress(np.concatenate(looks), np.concatenate(labels), np.concatenate(counts))

    def _regress(self, looks: Matrix, late: Flags, counts: Matrix) -> RiskFit:
        if len(late) < LEAST_LOOKS or min(late.sum(), (~late).sum()) < LEAST_LATE:
            raise ModelError(
                f"the history has {len(late)} daily looks at orders before their promise, {int(late.sum())} of which "
                f"broke it; at least {LEAST_LOOKS} are needed, and {LEAST_LATE} of either kind"
            )
        from sklearn.linear_model import LogisticRegression  # a second to import, needed once a month

        centre, scale = looks.mean(axis=0), looks.std(axis=0)
        scale[scale == 0] = 1
        fitted = LogisticRegression(max_iter=500).fit((looks - centre) / scale, late, sample_weight=counts)
        coefficients = fitted.coef_[0] / scale
        return RiskFit(self, float(fitted.intercept_[0] - coefficients @ centre), coefficients, len(late))


def _look_at(rows: pd.DataFrame, days: int, clocks: Clocks) -> Seconds:
    """The last scan of the day so many days before the promised one; ``NEVER`` without a promise, shape (rows,)."""
    due = seconds(rows, "promised_s")
    day = np.where(due < NEVER, clocks.day_of(due), 0)
    return np.where(due < NEVER, clocks.last_scan(day - days), NEVER)


def _features(rows: pd.DataFrame, at: Seconds, clocks: Clocks, terms: Terms) -> Matrix:
    """Everything that may be known at ``at`` about an order in its step, shape (rows, features)."""
    node = rows["node"].to_numpy(dtype=object)
    due, ordered = seconds(rows, "promised_s"), seconds(rows, "ordered_s")
    last = np.isin(node, list(terms.final))
    lead = np.log(np.maximum((due - at) / DAY, 1e-3))
    dwell = np.log1p(np.maximum(at - seconds(rows, "entered_s"), 0) / DAY)
    length = np.maximum((due - ordered) / DAY, 0.25)
    today, day = clocks.day_of(at), clocks.day_of(due)
    rest = clocks.rest_days(today, day)
    near = (day - today <= NEAR)[:, None] & (((day + 3) % WEEK)[:, None] == np.arange(WEEK - 1))
    columns = [
        *[(node == name).astype(float) for name in terms.steps if name not in terms.final],
        lead * ~last,
        lead * last,
        dwell * ~last,
        dwell * last,
        np.clip((at - ordered) / DAY / length, 0, 2),
        np.log(length),
        rest,
        day - today - rest,
    ]
    return np.column_stack([*columns, near.astype(float)])
