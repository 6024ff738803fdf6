"""Which clock a month of evidence speaks for, and what that clock has learned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal

import pandas as pd

from orderwatch.core.backtest.gate import Candidate, choose
from orderwatch.core.backtest.truth import Truth
from orderwatch.core.backtest.walk import Month, Trial
from orderwatch.core.durations import format_duration, parse_duration
from orderwatch.core.models.clocks import Clocks, resting
from orderwatch.core.models.document import dump
from orderwatch.core.models.model import Fitted, Model, ModelError
from orderwatch.core.models.passages import promised, seconds
from orderwatch.core.models.spec import MODES, model_of
from orderwatch.core.models.terms import Terms
from orderwatch.core.policy.thresholds import ClockRules, Mode

Window = Literal["all"] | timedelta
Progress = Callable[[str], None]
SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Lesson:
    """The clock that may be put in force: its name, what it learned (none: limits alone), all candidates with their
    figures, those that could not be judged and why, why this one, and which candidate it is (none: limits alone)."""

    model: str
    document: Mapping[str, Any] | None
    candidates: Sequence[Candidate]
    refused: Mapping[str, str]
    reason: str
    chosen: Candidate | None = None


@dataclass(frozen=True, slots=True)
class Recent:
    """A model that learns from passages that began within a window only."""

    model: Model
    window: Window

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def by_promise(self) -> bool:
        return self.model.by_promise

    def fit(self, history: pd.DataFrame, as_of: int, clocks: Clocks) -> Fitted:
        if not isinstance(self.window, str):
            history = history[seconds(history, "entered_s") >= as_of - self.window // SECOND]
        return self.model.fit(history, as_of, clocks)


@dataclass(frozen=True, slots=True, eq=False)
class School:
    """All passages of a company as far as they are known at ``now`` (epoch seconds), and the rules of the gate."""

    rows: pd.DataFrame
    terms: Terms
    rules: ClockRules
    clocks: Clocks
    now: int

    def learn_clock(self, mode: Mode, progress: Progress) -> Lesson:
        """Judge candidates by orders that are over, and let the chosen one learn from all that is known.

        ``best`` takes the candidate that the evidence speaks for; another mode its own clock, unless the evidence
        speaks against it. Limits alone decide where no clock may, and the reason is said. The clock of every mode is
        judged in any case, so that whoever chooses one sees what each would mean here.
        """
        formula = f"formula:{float(self.terms.multiplier):g}"
        if not promised(self.rows).any():
            return Lesson(formula, None, (), {}, "no order of the history was promised a day: limits alone")
        wanted = self.rules.candidates if mode == "best" else () if mode == "formula" else (MODES[mode],)
        names = {model_of(name, self.terms).name: name for name in (*MODES.values(), *wanted)}
        judged, refused = self.judge(tuple(names.values()), progress)
        if mode == "formula":
            return Lesson(formula, None, judged, refused, "the mode is formula: limits alone")
        may = {model_of(name, self.terms).name for name in wanted}
        candidates = [one for one in judged if one.model in may]
        choice = choose(candidates, self.rules.false_alarms, self.rules.least_alerts, self.rules.prefer)
        if choice.best is None:
            return Lesson(formula, None, judged, refused, f"no clock by promises: {choice.reason}")
        progress(f"{choice.best.model}: learns from {choice.best.window}")
        model = model_of(choice.best.model, self.terms)
        clocks = self._with_rest()
        fitted = Recent(model, window_of(choice.best.window)).fit(self.rows, self.now, clocks)
        document = {**dump(model, fitted, self.terms), **clocks.rest.as_document()}
        return Lesson(model.name, document, judged, refused, choice.reason, choice.best)

    def judge(self, names: Sequence[str], progress: Progress) -> tuple[list[Candidate], dict[str, str]]:
        """Every candidate from every window, learned before the time judged; and those that could not be."""
        judged, refused = [], {}
        for name in names:
            for window in self.rules.windows:
                told = say_window(window)
                progress(f"{name} from {told}")
                model = Recent(model_of(name, self.terms), window)
                try:
                    judged.append(self.judge_one(model))
                except ModelError as error:
                    refused[f"{model.name} ({told})"] = str(error)
        return judged, refused

    def judge_one(self, model: Recent) -> Candidate:
        """One clock's figures over the orders that candidates are judged by. Raises ModelError."""
        course = self.trial().walk(model, [self.judged])
        return Candidate(model.name, say_window(model.window), course.pooled, course.alerted, course.false)

    def trial(self) -> Trial:
        """What clocks are judged by."""
        return Trial(self.rows, self.terms, self.clocks, Truth(), self.now)

    @property
    def judged(self) -> Month:
        """The time whose orders candidates are judged by."""
        return Month("judged", self.now - self.rules.judged // SECOND, self.now)

    def _with_rest(self) -> Clocks:
        ends = seconds(self.rows[self.rows["node"].isin(list(self.terms.final))], "left_s")
        return resting(ends, self.clocks)


def sample(rows: pd.DataFrame, most: int) -> tuple[pd.DataFrame, int]:
    """Every n-th order, whole, so that no more than about ``most`` passages are left; and n.

    Which orders does not depend on anything that happened to them.
    """
    one_in = -(-len(rows) // max(most, 1))
    if one_in <= 1:
        return rows, 1
    drawn = pd.util.hash_pandas_object(rows["order_id"], index=False).to_numpy() % one_in == 0
    return rows[drawn].reset_index(drop=True), one_in


def say_window(window: Window) -> str:
    """``all`` or ``120d``."""
    return "all" if isinstance(window, str) else format_duration(window)


def window_of(told: str) -> Window:
    """The window that is said so."""
    return "all" if told == "all" else parse_duration(told)
