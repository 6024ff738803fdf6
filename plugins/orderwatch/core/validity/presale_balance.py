"""Only the deposit of a presale is paid: the purchase is not complete, so nothing is late yet."""

from __future__ import annotations

from orderwatch.core.context import Context
from orderwatch.core.finding import Finding, match, no_match
from orderwatch.core.words import Order


def check(order: Order, context: Context) -> Finding:
    del context
    if order.payment == "deposit" and order.balance_paid_at is None:
        return match(payment=order.payment)
    return no_match("balance_settled", payment=order.payment)
