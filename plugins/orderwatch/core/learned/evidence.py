"""What speaks for a condition and against it, counted on what was recorded."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from orderwatch.core.bounds import at_least
from orderwatch.core.learned.attributes import Facts
from orderwatch.core.learned.feedback import Alarm, Case
from orderwatch.core.learned.predicate import Predicate, holds
from orderwatch.core.learned.rule import Kind

P95: Final = 0.95
Instead = Literal["triage", "never", "later"]


@dataclass(frozen=True, slots=True)
class Counts:
    """How often a condition holds: on false alarms, of all ``feedback``; on real delays; on unanswered alarms; and on
    ``ordinary`` orders that nobody was alarmed about, of ``population``. ``tried`` conditions were compared."""

    false_alarms: int
    real: int
    unanswered: int
    feedback: int
    all_real: int
    ordinary: int
    population: int
    tried: int = 1

    @property
    def precision(self) -> float:
        answered = self.false_alarms + self.real
        return self.false_alarms / answered if answered else 0.0

    @property
    def bound(self) -> float:
        """With 90 % confidence no smaller a share of the answered alarms are false."""
        return at_least(self.false_alarms, self.false_alarms + self.real)

    @property
    def chance(self) -> float:
        """How likely as many false alarms fall under a condition that has nothing to do with them, over all tried."""
        from scipy.stats import hypergeom  # half a second to import, needed once a week

        everything = self.feedback + self.all_real + self.population
        drawn = self.false_alarms + self.real + self.ordinary
        one = float(hypergeom.sf(self.false_alarms - 1, everything, self.feedback, drawn))
        return min(1.0, one * self.tried)


@dataclass(frozen=True, slots=True)
class Waits:
    """How long orders of the kind have stayed in the node, in its clock; ``p95_s`` of no wait is none."""

    samples: int
    median_s: int | None
    p95_s: int | None


@dataclass(frozen=True, slots=True)
class Changed:
    """One alarm that the rule would have changed: a person first, never, or so much later."""

    alarm: Alarm
    label: str
    instead: Instead


def count(asked: Predicate, cases: Iterable[Case], ordinary: Sequence[Facts], tried: int = 1) -> Counts:
    labels = [(case.label, holds(asked, case.facts)) for case in cases]
    matched = [label for label, held in labels if held]
    every = [label for label, _ in labels]
    return Counts(
        false_alarms=matched.count("false"),
        real=matched.count("real"),
        unanswered=matched.count("unanswered"),
        feedback=every.count("false"),
        all_real=every.count("real"),
        ordinary=sum(holds(asked, facts) for facts in ordinary),
        population=len(ordinary),
        tried=tried,
    )


def waits_of(dwells_s: Iterable[int]) -> Waits:
    sorted_s = sorted(dwells_s)
    if not sorted_s:
        return Waits(0, None, None)
    return Waits(len(sorted_s), _share(sorted_s, 0.5), _share(sorted_s, P95))


def _share(sorted_s: Sequence[int], share: float) -> int:
    """The smallest wait that no less than this share has not exceeded."""
    return sorted_s[math.ceil(share * len(sorted_s)) - 1]


def replay(asked: Predicate, kind: Kind, expected_s: int | None, cases: Iterable[Case]) -> list[Changed]:
    """Every recorded alarm under the condition, and what would have come instead of it."""
    return [
        Changed(alarm, case.label, _instead(alarm, kind, expected_s))
        for case in cases
        if holds(asked, case.facts)
        for alarm in case.alarms
    ]


def _instead(alarm: Alarm, kind: Kind, expected_s: int | None) -> Instead:
    if kind == "check":
        return "triage"
    return "never" if expected_s is not None and alarm.left and alarm.dwell_s <= expected_s else "later"


def incidents_less(changed: Collection[Changed]) -> int:
    """Incidents all of whose orders would have been silent, or with a person first."""
    gone: dict[int, int] = {}
    for one in changed:
        if one.instead != "later":
            gone[one.alarm.incident_id] = gone.get(one.alarm.incident_id, 0) + 1
    size = {one.alarm.incident_id: one.alarm.told_with for one in changed}
    return sum(count_of >= size[incident_id] for incident_id, count_of in gone.items())


def hidden(changed: Iterable[Changed]) -> list[Changed]:
    """The real delays among them: what the rule would have hidden."""
    return [one for one in changed if one.label == "real" and one.instead != "later"]
