"""Judge clocks by a recorded history: read the file, walk through its months, write down what each one did."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from orderwatch.core.backtest.truth import Truth, cases
from orderwatch.core.backtest.walk import Course, Month, Progress, Trial, months_of
from orderwatch.core.models.clocks import Clocks
from orderwatch.core.models.model import ModelError
from orderwatch.core.models.spec import model_of
from orderwatch.core.models.terms import terms_like
from orderwatch.core.policy import Policy
from orderwatch.core.policy.histories import HistoriesFile
from orderwatch.local.history_file import History, HistoryError, read_history


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What came out: one course per model that could judge, and why the others could not."""

    history: History
    truth: Truth
    months: Sequence[Month]
    unknown: int
    courses: Sequence[Course]
    failed: dict[str, str]

    def as_document(self, file: str) -> dict[str, Any]:
        """All figures, their definition of truth beside them."""
        return {
            "file": file,
            "truth": str(self.truth),
            "from": self.months[0].name,
            "to": self.months[-1].name,
            "left_out": {**self.history.left_out, "outcome_unknown": self.unknown},
            "models": [
                {"model": one.model, "pooled": one.pooled, "months": one.months, "unlearned": one.unlearned}
                for one in self.courses
            ],
            "failed": self.failed,
        }

    def alerts(self) -> pd.DataFrame:
        """One row per alert: order_id, stage, alert_at, model, version, cell, fallback_level."""
        every = pd.concat([one.alerts for one in self.courses], ignore_index=True)
        at = pd.to_datetime(every["alert_s"], unit="s")
        columns = ["order_id", "stage", "alert_at", "model", "version", "cell", "fallback_level"]
        return every.assign(alert_at=at)[columns]


def truth_of(text: str) -> Truth:
    """``promise``, ``stage:48`` (any step) or a step's name with its hours. Raises HistoryError."""
    if text == "promise":
        return Truth()
    stage, _, hours = text.rpartition(":")
    try:
        limit = float(hours.removesuffix("h"))
    except ValueError:
        limit = -1
    if not stage or not 0 < limit < 10_000:
        raise HistoryError(
            f"--truth {text}: expected promise, or stage:48, or the name of a step with hours: handover:120"
        )
    return Truth(limit, None if stage == "stage" else stage)


def backtest(
    file: Path,
    names: Sequence[str],
    truth: Truth,
    policy: Policy,
    known: HistoriesFile,
    span: tuple[str | None, str | None],
    progress: Progress,
) -> Outcome:
    """Every model through every month. Raises HistoryError where the file, ModelError where a name is at fault."""
    history = read_history(file, known, truth.by_promise)
    terms = terms_like({name: known.steps[name].like for name in history.steps}, policy)
    if truth.stage and truth.stage not in terms.steps:
        raise HistoryError(f"{file.name}: stage is {truth.stage} in no row; it has {', '.join(terms.steps)}")
    if truth.by_promise and not terms.final:
        raise HistoryError(f"{file.name}: stage ends at the customer in no row, so no promise can be judged")
    models = [model_of(name, terms) for name in names]
    clocks = Clocks()
    months = months_of(history.rows, clocks, *span)
    if not months:
        raise HistoryError(
            f"{file.name}: entered_at leaves no month to judge; by default a month needs 180 days before it, "
            "--from YYYY-MM takes an earlier one"
        )
    trial = Trial(history.rows, terms, clocks, truth, history.until)
    courses, failed = [], {}
    for model in models:
        try:
            courses.append(trial.walk(model, months, progress))
        except ModelError as error:
            failed[model.name] = str(error)
    unknown = cases(history.rows, truth, terms.final, history.until)[2]
    return Outcome(history, truth, months, unknown, courses, failed)


def write(outcome: Outcome, file: str, figures: Path | None, alerts: Path | None) -> None:
    """Figures as JSON, alerts as parquet. Raises OSError."""
    if figures:
        figures.write_text(json.dumps(outcome.as_document(file), ensure_ascii=False, indent=1) + "\n")
    if alerts:
        outcome.alerts().to_parquet(alerts, index=False)
