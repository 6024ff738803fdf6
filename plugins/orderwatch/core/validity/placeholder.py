"""Sales entered an order to hold an appointment slot; perhaps no customer stands behind it yet."""

from __future__ import annotations

from orderwatch.core.context import Context
from orderwatch.core.finding import Finding, match, no_match
from orderwatch.core.words import Order


def check(order: Order, context: Context) -> Finding:
    del context
    return match(flag="placeholder") if "placeholder" in order.flags else no_match("not_flagged")
