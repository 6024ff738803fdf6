"""Is it a valid order? Asked before anything else; an order that is none is logged and left alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from orderwatch.core.context import Context
from orderwatch.core.finding import Finding
from orderwatch.core.policy.base import RuleState, Text
from orderwatch.core.validity import (
    address_incomplete,
    cancelled,
    duplicate,
    fraud_hold,
    placeholder,
    presale_balance,
    refunded,
    sources_disagree,
    test_order,
    unpaid,
)
from orderwatch.core.words import Order

CheckOrder = Callable[[Order, Context], Finding]

CHECKS: Final[Mapping[str, CheckOrder]] = MappingProxyType({
    "unpaid": unpaid.check,
    "cancelled": cancelled.check,
    "refunded": refunded.check,
    "test_order": test_order.check,
    "duplicate": duplicate.check,
    "presale_balance": presale_balance.check,
    "placeholder": placeholder.check,
    "address_incomplete": address_incomplete.check,
    "fraud_hold": fraud_hold.check,
    "sources_disagree": sources_disagree.check,
})


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """What one check said, and whether it was allowed to decide."""

    check: str
    state: RuleState
    finding: Finding


@dataclass(frozen=True, slots=True)
class Validity:
    """The worst verdict of all active checks, the checks that led to it, and every answer."""

    verdict: Literal["valid", "suspect", "invalid"]
    reasons: tuple[str, ...]
    evidence: tuple[CheckFinding, ...]


def assess(order: Order, context: Context) -> Validity:
    """Ask every check, also the learned ones; one ``invalid`` outweighs any number of ``suspect``."""
    checks = context.policy.validity.checks
    findings = (
        *(
            CheckFinding(name, checks.of(name).state, check(order, context))
            for name, check in CHECKS.items()
            if checks.of(name).state in ("active", "shadow")
        ),
        *(CheckFinding(rule.name, rule.state, rule.check(order)) for rule in context.learned if rule.kind == "check"),
    )
    matched = [found.check for found in findings if found.state == "active" and found.finding.outcome == "match"]
    for verdict in ("invalid", "suspect"):
        if reasons := tuple(name for name in matched if _verdict(name, context) == verdict):
            return Validity(verdict, reasons, findings)
    return Validity("valid", (), findings)


def title_of(name: str, context: Context) -> Text:
    """What people call the check, built in or learned."""
    learned = {rule.name: rule for rule in context.learned}
    return learned[name].title if name in learned else context.policy.validity.checks.of(name).title


def _verdict(name: str, context: Context) -> str:
    """What was learned from people alone only ever doubts."""
    return context.policy.validity.checks.of(name).verdict if name in CHECKS else "suspect"
