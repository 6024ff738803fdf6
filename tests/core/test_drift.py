"""When the weekly check speaks of drift, when of none, and when it says nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orderwatch.core.bounds import at_least, at_most
from orderwatch.core.drift import Counts, Promised, assess, promised_by
from orderwatch.core.policy.thresholds import DriftLimits, DriftRules

LIMITS = DriftLimits(false_alarms=0.3, misses_per_1000=20)
RULES = DriftRules(
    window=timedelta(days=28), least_alarms=50, least_orders=200, least_broken=50, by_limits=LIMITS, by_promises=LIMITS
)


def verdict_of(promised: Promised | None = None, node: int = 0, **counts: int) -> str:
    return assess(Counts(node, **counts), RULES, LIMITS, promised).verdict


def test_the_bounds_are_those_of_clopper_and_pearson() -> None:
    """Of n in n, 90 % sure: at least 0.1 ** (1/n)."""
    assert at_least(50, 50) == pytest.approx(0.1 ** (1 / 50))
    assert at_most(0, 50) == pytest.approx(1 - 0.1 ** (1 / 50))
    assert (at_least(0, 50), at_most(50, 50), at_least(0, 0), at_most(0, 0)) == (0, 1, 0, 1)
    assert at_least(20, 100) < 0.2 < at_most(20, 100)


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        ({}, "too_few"),
        ({"alarms": 49, "false_alarms": 49}, "too_few"),
        ({"alarms": 50, "false_alarms": 50}, "drift"),
        ({"alarms": 100, "false_alarms": 31}, "no_drift"),  # above the limit, and still within chance
        ({"alarms": 100, "false_alarms": 37}, "drift"),
        ({"alarms": 140, "false_alarms": 37, "acted_on": 40}, "drift"),  # perhaps saved: neither right nor false
        ({"alarms": 140, "false_alarms": 37}, "no_drift"),
        ({"alarms": 90, "false_alarms": 49, "no_truth": 41}, "too_few"),
        ({"orders": 199, "broken": 199, "misses": 199}, "too_few"),
        ({"orders": 200, "broken": 9, "misses": 9}, "drift"),
        ({"orders": 200, "broken": 90, "misses": 4}, "no_drift"),
        ({"orders": 200, "alarms": 100, "false_alarms": 37}, "drift"),  # one measure is enough
        ({"orders": 1000, "alarms": 3, "false_alarms": 3}, "no_drift"),
    ],
)
def test_verdict(counts: dict[str, int], verdict: str) -> None:
    assert verdict_of(**counts) == verdict == verdict_of(node=5, **counts)


def test_less_than_the_version_promised_is_drift_of_all_steps_together() -> None:
    promised = Promised(false_alarms=0.1, early=0.9)
    assert verdict_of(alarms=100, false_alarms=20) == "no_drift"
    assert verdict_of(promised, alarms=100, false_alarms=20) == "drift"
    assert verdict_of(promised, node=5, alarms=100, false_alarms=20) == "no_drift"
    assert verdict_of(promised, orders=900, broken=100, early=80) == "drift"
    assert verdict_of(promised, orders=900, broken=100, early=88) == "no_drift"
    assert verdict_of(promised, orders=900, broken=49, early=0) == "no_drift"


def test_the_reason_names_the_figures() -> None:
    found = assess(Counts(5, alarms=100, false_alarms=50, orders=400, misses=1), RULES, LIMITS, None)
    assert found.reason == ("drift: false 50 of 100 alarms that are right or false (at least 43.1%, limit 30.0%)")
    healthy = assess(Counts(0, alarms=100, false_alarms=10, orders=400, misses=1), RULES, LIMITS, None)
    assert healthy.reason.startswith("no drift: false 10 of 100") and "missed 1 of 400" in healthy.reason
    assert assess(Counts(0), RULES, LIMITS, None).reason == (
        "too few cases: 0 alarms that are right or false (50 needed); 0 orders whose end is known (200 needed)"
    )


def test_a_version_promised_the_weakest_figures_that_the_gate_let_through() -> None:
    def one(model: str, fa_bound: float, rec24: float | None) -> dict[str, Any]:
        return {"model": model, "fa_bound": fa_bound, "rec24": rec24}

    candidates = [
        one("a", 0.1, 0.9),
        one("a", 0.15, 0.95),
        one("a", 0.4, 0.1),
        one("b", 0.19, 0.2),
        one("a", 0.1, None),
    ]
    assert promised_by("a", candidates, 0.2) == Promised(0.15, 0.9)
    assert promised_by("formula:1.8", candidates, 0.2) is None
    assert promised_by("a", [], 0.2) is None
