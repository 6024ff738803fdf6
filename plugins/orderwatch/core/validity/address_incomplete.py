"""Without a full address nothing can be sent; somebody has to ask the customer first."""

from __future__ import annotations

from orderwatch.core.context import Context
from orderwatch.core.finding import Finding, match, no_match
from orderwatch.core.words import Order


def check(order: Order, context: Context) -> Finding:
    del context
    return match(flag="address_incomplete") if "address_incomplete" in order.flags else no_match("not_flagged")
