"""Have the limits moved away from reality? Realised false alarms and misses against what is allowed and was promised.

An alarm that people acted on may have saved its order, so an order that came in time after somebody had acted is
neither a right nor a false alarm: it is counted apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from orderwatch.core.bounds import at_least, at_most
from orderwatch.core.policy.thresholds import DriftLimits, DriftRules

Verdict = Literal["drift", "no_drift", "too_few"]
Name = Literal["false_alarms", "misses", "false_alarms_promised", "early_promised"]
ALL: Final = 0
"""In the place of a step: all steps together, each order once."""
SHOWN_COUNTS: Final = (
    "alarms", "false_alarms", "acted_on", "no_truth", "earlier", "orders", "broken", "early", "misses", "by_complaint"
)  # fmt: skip
DEFINITIONS: Final[Mapping[str, str]] = {
    "false alarms": (
        "alarms of the version in force whose order came in time for its promise, without anybody having reached the "
        "customer or the warehouse for its sake and without a complaint of lateness, or whose incident a person "
        "dismissed; of all alarms that are right or false"
    ),
    "acted on": "came in time after somebody had acted: perhaps saved by the alarm, so neither right nor false",
    "misses": (
        "promises that broke before any alarm in any step, counted where the order then was, and first complaints of "
        "lateness before any alarm; of all orders whose promise was due or whose customer complained"
    ),
    "left out": "exempt, invalid (also refunded) and cancelled orders; unknown: nobody knows when they arrived",
}


@dataclass(frozen=True, slots=True)
class Counts:
    """What happened in one step, or in all together; see ``DEFINITIONS``.

    ``alarms`` of the version in force, of them ``no_truth``: without a promise, or nobody knows the end; ``earlier``:
    alarms of earlier versions, not among them. ``early``: broken promises that were known 24 hours before.
    """

    node: int
    alarms: int = 0
    false_alarms: int = 0
    acted_on: int = 0
    no_truth: int = 0
    earlier: int = 0
    orders: int = 0
    broken: int = 0
    early: int = 0
    misses: int = 0
    by_complaint: int = 0
    exempt: int = 0
    invalid: int = 0
    cancelled: int = 0
    unknown: int = 0

    @property
    def judged(self) -> int:
        """Alarms that are right or false."""
        return self.alarms - self.no_truth - self.acted_on


@dataclass(frozen=True, slots=True)
class Promised:
    """What a version promised when it was learned: at most this share false, at least this share known 24 h ahead."""

    false_alarms: float
    early: float


@dataclass(frozen=True, slots=True)
class Measure:
    """``hits`` of ``of`` cases against a limit; a share that must not fall has its limit below."""

    name: Name
    hits: int
    of: int
    limit: float
    least: int

    @property
    def bound(self) -> float:
        """With 90 % confidence the share is no less than this, or no more where it must not fall."""
        return at_most(self.hits, self.of) if self.name == "early_promised" else at_least(self.hits, self.of)

    @property
    def spoken(self) -> bool:
        return self.of >= self.least

    @property
    def beyond(self) -> bool:
        return self.spoken and (self.bound < self.limit if self.name == "early_promised" else self.bound > self.limit)

    def say(self) -> str:
        noun, case = WORDS[self.name]
        if not self.spoken:
            return f"{self.of} {case} ({self.least} needed)"
        surely = "at most" if self.name == "early_promised" else "at least"
        return f"{noun} {self.hits} of {self.of} {case} ({surely} {self.bound:.1%}, limit {self.limit:.1%})"


WORDS: Final[Mapping[Name, tuple[str, str]]] = {
    "false_alarms": ("false", "alarms that are right or false"),
    "misses": ("missed", "orders whose end is known"),
    "false_alarms_promised": ("false against what the version promised", "alarms that are right or false"),
    "early_promised": ("known 24 h ahead against what the version promised", "broken promises"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What is said of one step, or of all together."""

    counts: Counts
    measures: Sequence[Measure]

    @property
    def beyond(self) -> list[Measure]:
        return [one for one in self.measures if one.beyond]

    @property
    def verdict(self) -> Verdict:
        if self.beyond:
            return "drift"
        return "no_drift" if any(one.spoken for one in self.measures) else "too_few"

    @property
    def reason(self) -> str:
        """The figures that decided, in words."""
        told = self.beyond or [one for one in self.measures if one.spoken] or self.measures[:2]
        name = {"drift": "drift", "no_drift": "no drift", "too_few": "too few cases"}[self.verdict]
        return f"{name}: {'; '.join(one.say() for one in told)}"


def assess(counts: Counts, rules: DriftRules, limits: DriftLimits, promised: Promised | None) -> Finding:
    """Every measure of one step; what the version promised is about all steps together."""
    measures = [
        Measure("false_alarms", counts.false_alarms, counts.judged, limits.false_alarms, rules.least_alarms),
        Measure("misses", counts.misses, counts.orders, limits.misses_per_1000 / 1000, rules.least_orders),
    ]
    if promised and counts.node == ALL:
        measures += [
            Measure(
                "false_alarms_promised", counts.false_alarms, counts.judged, promised.false_alarms, rules.least_alarms
            ),
            Measure("early_promised", counts.early, counts.broken, promised.early, rules.least_broken),
        ]
    return Finding(counts, measures)


def promised_by(model: str, candidates: Iterable[Mapping[str, Any]], most_false: float) -> Promised | None:
    """The least that a version promised: of its clock's candidates that the gate let through, the weakest figures.

    ``None`` for a version that was not judged by anything: limits alone.
    """
    passed = [
        one
        for one in candidates
        if one["model"] == model and one["fa_bound"] <= most_false and one.get("rec24") is not None
    ]
    if not passed:
        return None
    return Promised(max(one["fa_bound"] for one in passed), min(one["rec24"] for one in passed))
