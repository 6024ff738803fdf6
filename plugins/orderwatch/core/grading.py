"""How serious is one anomaly by itself: 0 for an ordinary order, 1 for one that a person should call about.

Levels 2 and 3 belong to many orders or to a common cause; ``grouping`` decides them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from orderwatch.core.context import Context
from orderwatch.core.policy.grading import GradingFile
from orderwatch.core.words import Order

HIGHEST_ALONE: Final = 1


@dataclass(frozen=True, slots=True)
class Grade:
    """Level of a single order and why: ``vip``, ``high_value``, ``broken_promise``.

    ``no_limit_for:XXX`` raises nothing; it says that the policy knows no high value in the order's currency.
    """

    level: Literal[0, 1]
    reasons: tuple[str, ...]


def stands_out(tier: str | None, value_minor: int, currency: str, rules: GradingFile) -> tuple[str, ...]:
    """Why a person should call about the order, however little is wrong with it; nothing for an ordinary one."""
    limit = rules.high_value.get(currency)
    reasons = {"vip": tier in rules.vip_tiers, "high_value": limit is not None and value_minor >= limit}
    return tuple(name for name, holds in reasons.items() if holds)


def grade(order: Order, context: Context, *, broken_promise: bool) -> Grade:
    """VIP and high value are level 1; a broken promise lifts an ordinary order there and no further."""
    rules = context.policy.grading
    base = stands_out(order.tier, order.value_minor, order.currency, rules)
    reasons = {
        **dict.fromkeys(base, True),
        "broken_promise": broken_promise,
        f"no_limit_for:{order.currency}": order.currency not in rules.high_value,
    }
    raised = broken_promise and rules.broken_promise_raises > 0
    return Grade(HIGHEST_ALONE if base or raised else 0, tuple(name for name, holds in reasons.items() if holds))
