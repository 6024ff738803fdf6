"""What the pictures of a version show: kept with it, because next month's history would tell another story."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from orderwatch.core.backtest.example import example_of
from orderwatch.core.backtest.monthly import alerts_of, months_to_show, raised_in
from orderwatch.core.bounds import CONFIDENCE
from orderwatch.core.models.model import ModelError
from orderwatch.core.models.passages import promised
from orderwatch.core.models.spec import model_of
from orderwatch.core.policy.thresholds import Mode
from orderwatch.core.retraining import SECOND, Lesson, Recent, School, window_of

Drawn = TypeVar("Drawn")


@dataclass(frozen=True, slots=True)
class Standing:
    """A clock by name and by how far back it learns."""

    model: str
    window: str = "all"


def illustrate(school: School, lesson: Lesson, before: Standing | None, mode: Mode, since: int) -> dict[str, Any]:
    """The evidence about a version as JSON: the ``gate``'s rules; ``chosen`` and ``champion`` (the clock before) with
    their figures; ``months`` of both and of what was really ``raised``; an ``example`` order; and per part that could
    not be had, why not. The history begins at ``since`` (epoch seconds).
    """
    missing: dict[str, str] = {}
    chosen = Standing(lesson.chosen.model, lesson.chosen.window) if lesson.chosen else Standing(lesson.model)
    other = None if chosen == before else before
    trial, clock = school.trial(), _model(school, chosen)
    return {
        "gate": _gate(school, mode),
        "chosen": _figures(school, lesson, chosen, "chosen", missing),
        "champion": before and _figures(school, lesson, before, "champion", missing),
        "months": _months(school, chosen, other, since, missing),
        "example": _unless(lambda: example_of(trial, clock, school.judged), "example", missing),
        "missing": missing,
    }


def _gate(school: School, mode: Mode) -> dict[str, Any]:
    rules = school.rules
    return {
        "mode": mode,
        "truth": "promise",
        "judged_days": rules.judged / SECOND / 86400,
        "prefer": rules.prefer,
        "false_alarms": rules.false_alarms,
        "least_alerts": rules.least_alerts,
        "confidence": CONFIDENCE,
    }


def _figures(school: School, lesson: Lesson, clock: Standing, part: str, missing: dict[str, str]) -> dict[str, Any]:
    """A clock's row among the candidates; one that was no candidate is judged by the same orders."""
    for one in lesson.candidates:
        if Standing(one.model, one.window) == clock:
            return one.as_row()
    known = {"model": clock.model, "window": clock.window}
    if not promised(school.rows).any():
        return known
    judged = _unless(lambda: school.judge_one(_model(school, clock)), part, missing)
    return judged.as_row() if judged else known


def _months(
    school: School, chosen: Standing, before: Standing | None, since: int, missing: dict[str, str]
) -> dict[str, Any]:
    """Per clock and for what was raised, a row per month; both clocks learn anew before each."""
    trial = school.trial()
    months = months_to_show(trial, since)
    if not months or not promised(school.rows).any():
        missing["months"] = "no promises" if months else "too young"
        return {}

    def walk(clock: Standing) -> list[dict[str, Any]] | None:
        return _unless(lambda: alerts_of(trial.walk(_model(school, clock), months)), "months", missing)

    return {
        "chosen": walk(chosen),
        "champion": walk(before) if before else None,
        "raised": raised_in(trial, months) if "had_anomaly" in school.rows else [],
    }


def _model(school: School, clock: Standing) -> Recent:
    return Recent(model_of(clock.model, school.terms), window_of(clock.window))


def _unless(make: Callable[[], Drawn], part: str, missing: dict[str, str]) -> Drawn | None:
    """A picture that cannot be had is no reason to learn nothing; the reason is kept."""
    try:
        return make()
    except ModelError as error:
        missing[part] = str(error)
        return None
