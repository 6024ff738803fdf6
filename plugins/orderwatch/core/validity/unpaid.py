"""Nobody has paid: there is nothing to ship and nobody to apologise to."""

from __future__ import annotations

from orderwatch.core.context import Context
from orderwatch.core.finding import Finding, match, no_match
from orderwatch.core.words import Order


def check(order: Order, context: Context) -> Finding:
    del context
    return (
        match(payment=order.payment) if order.payment == "unpaid" else no_match("other_payment", payment=order.payment)
    )
