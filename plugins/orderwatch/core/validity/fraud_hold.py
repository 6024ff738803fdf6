"""Fraud control holds the order on purpose; hurrying it would be wrong."""

from __future__ import annotations

from orderwatch.core.context import Context
from orderwatch.core.finding import Finding, match, no_match
from orderwatch.core.words import Order


def check(order: Order, context: Context) -> Finding:
    del context
    return match(flag="fraud_hold") if "fraud_hold" in order.flags else no_match("not_flagged")
