"""Models by the names that people give them: ``formula:1.8``, ``risk:0.80+24h``, or a mode such as ``balanced``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Final

from orderwatch.core.durations import parse_duration
from orderwatch.core.models.countdown import Countdown
from orderwatch.core.models.fixed import Fixed
from orderwatch.core.models.formula import Formula
from orderwatch.core.models.model import Model, ModelError
from orderwatch.core.models.risk import FIRST_LOOK, Risk
from orderwatch.core.models.slack import Slack
from orderwatch.core.models.terms import Terms

MODES: Final = {
    "balanced": "risk:0.80",
    "early": "risk:0.75",
    "precise": "risk:0.88@24h",
    "nothing_missed": "risk:0.80+24h",
}
"""What a supervisor chooses instead of parameters."""
EXAMPLES: Final = "fixed:48h, formula:1.8, countdown:48h, slack:0.80, risk:0.80, risk:0.88@24h, risk:0.80+24h"
_RISK: Final = re.compile(r"(?P<limit>[0-9.]+)(@(?P<only>\d+h))?(\+(?P<last>\d+h))?")


def model_of(name: str, terms: Terms) -> Model:
    """The model of that name. Raises ModelError that says which names there are."""
    kind, _, rest = MODES.get(name, name).partition(":")
    if kind not in _MAKERS:
        raise ModelError(f"there is no model {name!r}; models are {EXAMPLES}, and the modes {', '.join(MODES)}")
    try:
        return _MAKERS[kind](rest, terms)
    except (ValueError, ZeroDivisionError) as error:
        raise ModelError(f"the model {name!r} cannot be read: {error}; write it like {EXAMPLES}") from error


def _fixed(rest: str, terms: Terms) -> Model:
    return Fixed(terms.steps, _positive(rest))


def _formula(rest: str, terms: Terms) -> Model:
    multiplier, _, least = rest.partition(":")
    chosen = replace(terms, multiplier=Fraction(multiplier)) if multiplier else terms
    if chosen.multiplier <= 0 or (least and int(least) < 1):
        raise ValueError("the multiplier must be above 0, the least number of orders at least 1")
    return Formula(chosen, int(least) if least else None)


def _countdown(rest: str, terms: Terms) -> Model:
    del terms
    return Countdown(_positive(rest))


def _slack(rest: str, terms: Terms) -> Model:
    return Slack(terms, _chance(rest))


def _risk(rest: str, terms: Terms) -> Model:
    found = _RISK.fullmatch(rest)
    if found is None:
        raise ValueError("expected a chance, then perhaps @24h or +24h")
    only, last = (found[part] and _positive(found[part]) for part in ("only", "last"))
    if only and (only % timedelta(days=1) or only > timedelta(days=FIRST_LOOK)):
        raise ValueError(f"it looks once a day, up to {FIRST_LOOK} days before the promise: @24h, @48h …")
    return Risk(terms, _chance(found["limit"]), only or None, last or None)


def _positive(text: str) -> timedelta:
    duration = parse_duration(text)
    if duration <= timedelta(0):
        raise ValueError(f"{text} is not a time to wait")
    return duration


def _chance(text: str) -> float:
    chance = float(text)
    if not 0 < chance < 1:
        raise ValueError(f"{text} is not a chance between 0 and 1")
    return chance


_MAKERS: Final[dict[str, Callable[[str, Terms], Model]]] = {
    "fixed": _fixed,
    "formula": _formula,
    "countdown": _countdown,
    "slack": _slack,
    "risk": _risk,
}
