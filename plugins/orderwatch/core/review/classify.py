"""Why did it come to this incident? Every rule of evidence is asked; below the limit the answer is "undetermined"."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from orderwatch.core.policy.base import RuleState
from orderwatch.core.policy.review import ReviewFile, RootCause
from orderwatch.core.review.causes import (
    address_incomplete,
    carrier_delay,
    customs_stop,
    holiday,
    moved_by_seller,
    node_capacity,
    placeholder,
    source_outage,
    stock_shortage,
    supplier_silent,
    system_fault,
)
from orderwatch.core.review.facts import CauseFacts, Evidence

Check = Callable[[CauseFacts, ReviewFile], Evidence]

CAUSES: Final[Mapping[str, Check]] = MappingProxyType({
    "source_outage": source_outage.check,
    "system_fault": system_fault.check,
    "stock_shortage": stock_shortage.check,
    "node_capacity": node_capacity.check,
    "carrier_delay": carrier_delay.check,
    "customs_stop": customs_stop.check,
    "holiday": holiday.check,
    "supplier_silent": supplier_silent.check,
    "address_incomplete": address_incomplete.check,
    "placeholder": placeholder.check,
    "moved_by_seller": moved_by_seller.check,
})


@dataclass(frozen=True, slots=True)
class CauseFinding:
    """What one rule said; ``confidence`` that its cause is the one, 0 for a rule that does not count."""

    cause: str
    root_cause: RootCause
    state: RuleState
    evidence: Evidence
    confidence: float


@dataclass(frozen=True, slots=True)
class Classification:
    """The likeliest cause, or none where nothing reaches the limit; ``findings`` are the answers, likeliest first.

    ``open`` is how likely it is that it was none of the causes that there are rules for.
    """

    cause: str | None
    root_cause: RootCause | None
    confidence: float
    open: float
    findings: tuple[CauseFinding, ...]


def classify(facts: CauseFacts, rules: ReviewFile) -> Classification:
    """Weigh the causes that evidence speaks for against each other and against "none of them".

    Each match has the odds of its weight times the share of orders that it explains. Exactly one of the causes, or none
    of them, is the cause; so two strong rivals make each other doubtful, and the answer is "undetermined".
    """
    asked = {
        name: (rule, _ask(check, facts, rules, rule.depends_on))
        for name, check in CAUSES.items()
        if (rule := rules.causes.of(name)).state in ("active", "shadow")
    }
    odds = {
        name: _odds(rule.weight * evidence.share)
        for name, (rule, evidence) in asked.items()
        if rule.state == "active" and evidence.outcome == "match"
    }
    whole = 1.0 + sum(odds.values())
    findings = [
        CauseFinding(name, rule.root_cause, rule.state, evidence, _hundredths(odds.get(name, 0.0) / whole))
        for name, (rule, evidence) in asked.items()
    ]
    findings.sort(key=lambda one: -one.confidence)  # of equals, the order of the rules
    first = findings[0] if findings else None
    if first is None or first.confidence < rules.confidence:
        return Classification(
            None, None, first.confidence if first else 0.0, round(1.0 / whole, 2), tuple(findings)
        )  # fmt: skip
    return Classification(first.cause, first.root_cause, first.confidence, round(1.0 / whole, 2), tuple(findings))


def wrong_rule(said: Classification, root_cause: RootCause, cause: str | None = None) -> str | None:
    """The rule that a person's word contradicts; none where the rules had left it open, or agree as far as it is told.

    ``cause``: the second level, if the person has named one.
    """
    if said.cause is None:
        return None
    agrees = said.root_cause == root_cause and cause in (None, said.cause)
    return None if agrees else said.cause


def _ask(check: Check, facts: CauseFacts, rules: ReviewFile, depends_on: Sequence[str]) -> Evidence:
    """Who was silent has told of nothing: what is not seen then is not known, and not absent."""
    evidence = check(facts, rules)
    silent = [source for source in depends_on if source in facts.silent]
    if evidence.outcome != "no_match" or not silent:
        return evidence
    return Evidence("unknown", facts={**evidence.facts, "silent": ", ".join(silent)})


def _odds(chance: float) -> float:
    return chance / (1.0 - chance)


def _hundredths(share: float) -> float:
    """Rounded down: what falls short of the limit does not reach it by being written shorter."""
    return math.floor(share * 100 + 1e-9) / 100
