"""Look for what false alarms have in common and real delays have not: the same feedback gives the same conditions.

Every set of at most three facts that enough false alarms share is tried. Sets of cases are integers whose bits are the
cases, so that thousands of conditions over tens of thousands of orders are counted in a second.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from operator import and_

from orderwatch.core.learned.attributes import Facts
from orderwatch.core.learned.evidence import Counts
from orderwatch.core.learned.feedback import Case
from orderwatch.core.learned.predicate import MOST, PLACE, Literal, Predicate, holds, in_order
from orderwatch.core.policy.learning import LearningFile


@dataclass(frozen=True, slots=True)
class Found:
    """A condition that passed every guard."""

    asked: Predicate
    counts: Counts


@dataclass(frozen=True, slots=True)
class Ended:
    """A rule that people have refused or retired, and how many false alarms it had then."""

    asked: Predicate
    false_alarms: int


@dataclass(frozen=True, slots=True)
class _Bits:
    """Where each fact holds, case by case; ``size`` cases."""

    of: dict[Literal, int]
    size: int

    @classmethod
    def read(cls, all_facts: Iterable[Facts]) -> _Bits:
        of: dict[Literal, int] = {}
        size = 0
        for place, facts in enumerate(all_facts):
            size += 1
            for literal in _literals(facts):
                of[literal] = of.get(literal, 0) | 1 << place
        return cls(of, size)

    def where(self, asked: Predicate) -> int:
        return reduce(and_, (self.of.get(literal, 0) for literal in asked))


def mine(cases: Sequence[Case], ordinary: Sequence[Facts], rules: LearningFile, ended: Sequence[Ended]) -> list[Found]:
    """The best condition, then the best for the false alarms that it does not explain, and so on.

    ``ended``: a rule that people did not want comes back, also in a narrower form, when its false alarms have grown by
    ``again_factor``.
    """
    by_label = {label: [case for case in cases if case.label == label] for label in ("false", "real", "unanswered")}
    refused = [one for one in ended if _says_nothing_new(one, by_label["false"], rules)]
    open_cases = [case for case in by_label["false"] if not any(holds(one.asked, case.facts) for one in refused)]
    real, unanswered = (_Bits.read(case.facts for case in by_label[label]) for label in ("real", "unanswered"))
    everyday = _Bits.read(ordinary)
    found: list[Found] = []
    while len(open_cases) >= rules.least_support and len(found) < rules.most_proposals:
        best = _best(open_cases, len(by_label["false"]), real, unanswered, everyday, rules)
        if best is None:
            break
        found.append(best)
        open_cases = [case for case in open_cases if not holds(best.asked, case.facts)]
    return found


def is_enough(counts: Counts, rules: LearningFile) -> bool:
    """The guards: enough cases, a share of false alarms that is surely high, and no play of chance."""
    return (
        counts.false_alarms >= rules.least_support
        and counts.bound >= rules.least_precision
        and counts.chance <= rules.chance
    )


def _best(
    cases: Sequence[Case], feedback: int, real: _Bits, unanswered: _Bits, everyday: _Bits, rules: LearningFile
) -> Found | None:
    own = _Bits.read(case.facts for case in cases)
    tried = _tried(cases, own, (real, unanswered, everyday), rules.least_support)
    found = [
        Found(
            asked,
            Counts(
                false_alarms=own.where(asked).bit_count(),
                real=real.where(asked).bit_count(),
                unanswered=unanswered.where(asked).bit_count(),
                feedback=feedback,
                all_real=real.size,
                ordinary=everyday.where(asked).bit_count(),
                population=everyday.size,
                tried=len(tried),
            ),
        )
        for asked in tried
    ]
    ranked = sorted(found, key=lambda one: _rank(one, rules.real_weight))
    return next((one for one in ranked if is_enough(one.counts, rules)), None)


def _tried(cases: Sequence[Case], own: _Bits, others: Sequence[_Bits], least: int) -> list[Predicate]:
    """Conditions that enough cases share; of several that hold for the very same orders the shortest."""
    common = {literal for literal, where in own.of.items() if where.bit_count() >= least}
    shared = Counter(
        asked
        for case in cases
        for size in range(1, MOST + 1)
        for asked in combinations(in_order(common.intersection(_literals(case.facts))), size)
    )
    by_reach: dict[tuple[int, ...], Predicate] = {}
    for asked in sorted((one for one, n in shared.items() if n >= least), key=_shortest):
        by_reach.setdefault((own.where(asked), *(bits.where(asked) for bits in others)), asked)
    return list(by_reach.values())


def _rank(found: Found, real_weight: float) -> tuple[float, int, int, tuple[int, Sequence[tuple[int, str]]]]:
    """What spares most first; of equals what speaks about fewest other orders, then the shortest."""
    counts = found.counts
    return real_weight * counts.real - counts.false_alarms, counts.ordinary, counts.unanswered, _shortest(found.asked)


def _shortest(asked: Predicate) -> tuple[int, Sequence[tuple[int, str]]]:
    """Few facts, and those that stand first in the table."""
    return len(asked), [(PLACE[one.attribute], one.value) for one in asked]


def _says_nothing_new(ended: Ended, false_alarms: Sequence[Case], rules: LearningFile) -> bool:
    now = sum(holds(ended.asked, case.facts) for case in false_alarms)
    return now < rules.again_factor * max(ended.false_alarms, 1)


def _literals(facts: Facts) -> list[Literal]:
    return [Literal(name, value) for name, values in facts.items() for value in values]
