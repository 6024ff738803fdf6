"""What a promise clock has learned, as JSON that makes the same object again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from fractions import Fraction
from typing import Any

import numpy as np

from orderwatch.core.models.cells import Cells
from orderwatch.core.models.countdown import Countdown
from orderwatch.core.models.model import Fitted, Model
from orderwatch.core.models.risk import RiskFit
from orderwatch.core.models.slack import Curves, SlackFit
from orderwatch.core.models.spec import model_of
from orderwatch.core.models.survival import Curve
from orderwatch.core.models.terms import Step, Terms

Document = Mapping[str, Any]


def dump(model: Model, fitted: Fitted, terms: Terms) -> dict[str, Any]:
    """The model's name, the terms that it learned under, and what it learned. Raises TypeError for a clock of time."""
    return {"model": model.name, "terms": _dump_terms(terms), "learned": _learned(fitted)}


def load(document: Document) -> Fitted:
    """The object that was dumped. Raises KeyError, ModelError where the document is another's."""
    terms = _load_terms(document["terms"])
    model, learned = model_of(document["model"], terms), document["learned"]
    if isinstance(model, Countdown):
        return model
    if "coefficients" in learned:
        return RiskFit(model, learned["intercept"], np.array(learned["coefficients"]), learned["samples"])  # type: ignore[arg-type]
    steps = {name: _load_curves(part) for name, part in learned["steps"].items()}
    return SlackFit(terms, learned["chance"], steps)


def _learned(fitted: Fitted) -> dict[str, Any]:
    if isinstance(fitted, RiskFit):
        return {
            "intercept": fitted.intercept,
            "coefficients": fitted.coefficients.tolist(),
            "samples": fitted.samples,
        }
    if isinstance(fitted, SlackFit):
        return {"chance": fitted.chance, "steps": {name: _dump_curves(one) for name, one in fitted.steps.items()}}
    if isinstance(fitted, Countdown):
        return {}
    raise TypeError(f"{type(fitted).__name__} does not go by promises")


def _dump_curves(curves: Curves) -> dict[str, Any]:
    return {
        "keys": list(curves.cells.keys),
        "levels": [[[list(key), place] for key, place in level.items()] for level in curves.cells.levels],
        "curves": [[one.at_s.tolist(), one.alive.tolist()] for one in curves.curves],
        "samples": curves.samples.tolist(),
    }


def _load_curves(part: Document) -> Curves:
    levels = [{tuple(key): place for key, place in level} for level in part["levels"]]
    curves = [Curve(np.array(at, dtype=np.int64), np.array(alive)) for at, alive in part["curves"]]
    return Curves(Cells(tuple(part["keys"]), levels), curves, np.array(part["samples"], dtype=np.int64))


def _dump_terms(terms: Terms) -> dict[str, Any]:
    return {
        "steps": [{"name": name, **asdict(step)} for name, step in terms.steps.items()],
        "final": sorted(terms.final),
        "multiplier": str(terms.multiplier),
        "least": terms.least,
        "upper": terms.upper,
        "lower": terms.lower,
    }


def _load_terms(kept: Document) -> Terms:
    steps = {}
    for one in kept["steps"]:
        rest = {key: value for key, value in one.items() if key != "name"}
        steps[one["name"]] = Step(**{**rest, "keys": tuple(rest["keys"])})
    return Terms(
        steps, frozenset(kept["final"]), Fraction(kept["multiplier"]), kept["least"], kept["upper"], kept["lower"]
    )
