"""The order was cancelled; it stands in its node for ever and nobody waits for it."""

from __future__ import annotations

from orderwatch.core.context import Context
from orderwatch.core.finding import Finding, match, no_match
from orderwatch.core.words import Order


def check(order: Order, context: Context) -> Finding:
    del context
    return match(status=order.status) if order.status == "cancelled" else no_match("other_status", status=order.status)
